/** The canonical form of a repository's address (docs/spec/data-model.md §3). */

/** The address without slashes at the end of its path; query and fragment stay as they are. */
export function canonicalizeRepoUrl(url: string): string {
  const tail = url.search(/[?#]/);
  const address = tail < 0 ? url : url.slice(0, tail);
  const scheme = address.indexOf('://');
  const pathFrom = scheme < 0 ? 0 : scheme + 3;
  let end = address.length;
  while (end > pathFrom && address[end - 1] === '/') end -= 1;
  return address.slice(0, end) + url.slice(address.length);
}
