/** Wraps text for a terminal of 70 columns, at blanks, so that links and names stay whole where a line has room for them. */

const COLUMNS = 70;

/**
 * Lines of at most 70 characters, joined by newlines. A word that no line has room for is cut at the ends of lines, from the
 * line on which it starts. Line ends hold no blanks.
 */
export function wrapText(text: string): string {
  const lines: string[] = [];
  let line = '';
  let width = 0;
  const endLine = () => {
    lines.push(line);
    line = '';
    width = 0;
  };
  for (const [, gap = '', word = ''] of text.replaceAll(/\s/gu, ' ').matchAll(/( *)([^ ]+)/g)) {
    const letters = [...word];
    // The blanks before a word are lost where it begins a line.
    const isFirst = width === 0 && lines.length > 0;
    const blanks = isFirst ? '' : gap;
    if (width + blanks.length + letters.length <= COLUMNS) {
      line += blanks + word;
      width += blanks.length + letters.length;
      continue;
    }
    const room = COLUMNS - width - blanks.length;
    if (letters.length > COLUMNS && room > 0) {
      line += blanks + letters.splice(0, room).join('');
    }
    if (line !== '') endLine();
    while (letters.length > COLUMNS) {
      line = letters.splice(0, COLUMNS).join('');
      endLine();
    }
    line = letters.join('');
    width = letters.length;
  }
  return [...lines, line].join('\n');
}
