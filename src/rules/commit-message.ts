/** What a commit's message says of the test that it is for (docs/spec/web-ui.md §5.2). */

const BENCH = /(?:^|\s)[Bb]ench[ :]+([1-9]\d{5,7})(?!\d)/g;

/** The signature that the lowest line with one names. */
export function benchOfMessage(message: string): string | undefined {
  return findBench(message)?.bench;
}

/** The message without its signature, and without what is left of blanks and empty lines. */
export function descriptionOfMessage(message: string): string {
  const lines = message.split(/\r?\n/);
  const found = findBench(message);
  if (found !== undefined) {
    const line = lines[found.line]!;
    lines[found.line] = `${line.slice(0, found.start)} ${line.slice(found.end)}`;
  }
  return lines
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '')
    .join('\n');
}

interface FoundBench {
  readonly bench: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

function findBench(message: string): FoundBench | undefined {
  const lines = message.split(/\r?\n/);
  for (let line = lines.length - 1; line >= 0; line--) {
    const match = [...lines[line]!.matchAll(BENCH)].at(-1);
    if (match === undefined) continue;
    const start = match.index;
    return { bench: match[1]!, line, start, end: start + match[0].length };
  }
  return undefined;
}
