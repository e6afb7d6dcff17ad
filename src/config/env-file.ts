/** What is wrong with a file of NAME=value lines: its reader leaves out without a word what it does not understand. */

const NAME = /^(?:export\s+)?[A-Za-z_][A-Za-z0-9_]*\s*=\s*/;
const QUOTES = ['"', "'", '`'];

/** One sentence for each line that is neither empty, nor a comment, nor NAME=value. A quoted value may have several lines. */
export function envFileProblems(text: string): string[] {
  const problems: string[] = [];
  let quote: string | undefined;
  for (const [index, whole] of text.split(/\r?\n/).entries()) {
    if (quote !== undefined) {
      if (whole.includes(quote)) quote = undefined;
      continue;
    }
    const line = whole.trim();
    if (line === '' || line.startsWith('#')) continue;
    const name = NAME.exec(line)?.[0];
    if (name === undefined) {
      // What stands there may be a secret.
      problems.push(`line ${index + 1} is neither NAME=value, nor empty, nor a comment that begins with "#"`);
      continue;
    }
    const value = line.slice(name.length);
    const opening = QUOTES.find((sign) => value.startsWith(sign));
    if (opening === undefined || value.indexOf(opening, 1) > 0) continue;
    const rest = text.split(/\r?\n/).slice(index + 1);
    if (rest.some((later) => later.includes(opening))) quote = opening;
  }
  return problems;
}
