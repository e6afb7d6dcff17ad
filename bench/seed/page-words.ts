/** Numbers that look like chance and are the same each time, and texts made of them. */

/** Of some 200 that descriptions are made of. */
const SYLLABLES = [
  'king',
  'rook',
  'pawn',
  'queen',
  'knight',
  'move',
  'depth',
  'node',
  'cut',
  'late',
  'null',
  'tune',
  'net',
  'time',
];
const WORDS = SYLLABLES.flatMap((first) =>
  SYLLABLES.map((second) => `${first}${second === first ? '' : second}`),
);
/** In every fifth text. */
export const COMMON_WORD = 'history';
/** In one of 20,000. */
export const RARE_WORD = 'quinoa';
const RARE_EVERY = 20_000;

/** From 0 to 1, spread evenly over neighbouring numbers. @param turn another row of numbers */
export function share(i: number, turn = 0): number {
  return ((i + 1) * 0.618_033_988_749_895 + turn * 0.414_213_562) % 1;
}

/** Small numbers come often, large ones seldom. */
export function skewed(i: number, count: number, turn = 0): number {
  return Math.floor(count * share(i, turn) ** 3);
}

export function textOf(i: number): string {
  const words = Array.from({ length: 8 + (i % 7) }, (_, n) => WORDS[skewed(i * 17 + n, WORDS.length, n)]!);
  if (i % 5 === 0) words.splice(3, 0, COMMON_WORD);
  if (i % RARE_EVERY === 7) words.push(RARE_WORD);
  return words.join(' ');
}

export function hex(i: number, digits: number): string {
  return i.toString(16).padStart(digits, '0');
}
