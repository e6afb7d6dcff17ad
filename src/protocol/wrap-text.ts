/** Wraps text for a terminal of 70 columns, breaking at blanks only so that links and names stay whole. */

const COLUMNS = 70;

/** Lines of at most 70 characters, joined by newlines; a longer word has a line of its own. Line ends hold no blanks. */
export function wrapText(text: string): string {
  const lines: string[] = [];
  let line = '';
  let width = 0;
  for (const [, gap = '', word = ''] of text.replaceAll(/\s/gu, ' ').matchAll(/( *)([^ ]+)/g)) {
    const wordWidth = [...word].length;
    if (width > 0 && width + gap.length + wordWidth > COLUMNS) {
      lines.push(line);
      line = word;
      width = wordWidth;
    } else {
      line += gap + word;
      width += gap.length + wordWidth;
    }
  }
  return [...lines, line].join('\n');
}
