/** Which networks an engine's sources name (docs/spec/web-ui.md §5.2). */

const NET = /nn-[a-f0-9]{12}\.nnue/g;

/** The files that may name them, in the order in which they are looked at, and what a line that does must have. */
export const NET_SOURCES: readonly { readonly path: string; readonly words: readonly string[] }[] = [
  { path: 'src/evaluate.h', words: ['EvalFileDefaultName', 'define'] },
  { path: 'src/ucioption.cpp', words: ['EvalFile', 'Option'] },
];

/** @returns each name once, in their order */
export function netsInSource(text: string, words: readonly string[]): string[] {
  const names = text
    .split('\n')
    .filter((line) => words.every((word) => line.includes(word)))
    .flatMap((line) => line.match(NET) ?? []);
  return [...new Set(names)];
}
