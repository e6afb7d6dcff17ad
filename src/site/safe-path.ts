/** Where a visitor is led after a form: only to a page of this server. */

/** The path when it is one of this server's; undefined for addresses of others, however they are written. */
export function safePath(given: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (!given.startsWith('/') || /^\/[/\\]/.test(given) || /[\x00-\x1f\x7f\\]/.test(given)) return undefined;
  if (given.length > 2_000) return undefined;
  // Whatever the browser's own reading of the text is, it must stay here.
  return URL.canParse(given, 'http://here.invalid') &&
    new URL(given, 'http://here.invalid').origin === 'http://here.invalid'
    ? new URL(given, 'http://here.invalid').href.slice('http://here.invalid'.length)
    : undefined;
}
