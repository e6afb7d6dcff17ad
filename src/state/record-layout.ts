/**
 * Where the fields of a record in shared memory are: computed from their list, so that no two overlap and none lies
 * beyond the record's row. A field is a number of 32-bit words or of 64-bit floats; the words come first.
 */

/** Names of fields, and how many numbers each is made of. */
type Fields = Readonly<Record<string, number>>;

export interface RecordLayout<W extends Fields, F extends Fields> {
  /** Offsets in 32-bit words from the start of the record. */
  readonly word: { readonly [Name in keyof W]: number };
  /** Offsets in 64-bit floats from the start of the record. */
  readonly float: { readonly [Name in keyof F]: number };
  /** 32-bit words that the fields take: what a copy of the record needs. */
  readonly used: number;
  /** 32-bit words from one record to the next. */
  readonly row: number;
}

/** 32-bit words of a cache line. */
const CACHE_LINE = 16;
const FLAGS = 31;

/**
 * @param record the name for errors
 * @param row words from one record to the next, where that is a promise; else as many cache lines as the fields take
 * @throws when the fields take more than the row
 */
export function layOut<const W extends Fields, const F extends Fields>(
  record: string,
  { words, floats = {} as F }: { readonly words: W; readonly floats?: F },
  row?: number,
): RecordLayout<W, F> {
  const word = place(words, 0);
  const half = Math.ceil(word.end / 2);
  const float = place(floats, half);
  const used = float.end === half ? word.end : float.end * 2;
  const whole = row ?? Math.ceil(used / CACHE_LINE) * CACHE_LINE;
  if (used > whole)
    throw new Error(`the fields of a ${record} take ${used} words, but its row has ${whole}: widen the row`);
  if (whole % 2 !== 0)
    throw new Error(`the row of a ${record} has ${whole} words: floats need an even number`);
  return { word: word.offsets, float: float.offsets, used, row: whole };
}

/** A bit for each name, in the order of the list. @throws when there are more names than bits of a word */
export function flagBits<const Name extends string>(
  record: string,
  names: readonly Name[],
): { readonly [N in Name]: number } {
  if (names.length > FLAGS)
    throw new Error(`a ${record} has ${names.length} flags, a word holds ${FLAGS}: begin a second word`);
  return packed(Object.fromEntries(names.map((name, bit) => [name, 1 << bit]))) as { [N in Name]: number };
}

function place<T extends Fields>(
  fields: T,
  start: number,
): { offsets: { [N in keyof T]: number }; end: number } {
  const offsets: Record<string, number> = {};
  let end = start;
  for (const [name, size] of Object.entries(fields)) {
    offsets[name] = end;
    end += size;
  }
  return { offsets: packed(offsets) as { [N in keyof T]: number }, end };
}

/** The same object as V8 makes it of a literal: with its members inside of it, one load away. */
function packed(offsets: Record<string, number>): Record<string, number> {
  return JSON.parse(JSON.stringify(offsets)) as Record<string, number>;
}
