/** Where a visitor is led after a form: only to a page of this server. */

const HERE = 'http://here.invalid';

/** The path when it is one of this server's; undefined for addresses of others, however they are written. */
export function safePath(given: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (!given.startsWith('/') || /^\/[/\\]/.test(given) || /[\x00-\x1f\x7f\\]/.test(given)) return undefined;
  if (given.length > 2_000) return undefined;
  // Whatever the browser's own reading of the text is, it must stay here.
  if (!URL.canParse(given, HERE)) return undefined;
  const { origin, href } = new URL(given, HERE);
  const path = href.slice(HERE.length);
  // Without its dots "/a/..//x" is "//x", which names a host where it is read again.
  return origin === HERE && !path.startsWith('//') ? path : undefined;
}
