/** Names that hold a text, whatever the case of its letters: those that begin with it first, then by name. */
export function rankNames(names: Iterable<string>, text: string): string[] {
  const wanted = text.toLowerCase();
  const found = [...new Set(names)].filter((name) => name.toLowerCase().includes(wanted));
  const isFirst = (name: string) => name.toLowerCase().startsWith(wanted);
  return found.sort((a, b) => Number(isFirst(b)) - Number(isFirst(a)) || (a < b ? -1 : 1));
}
