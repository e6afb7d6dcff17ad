/** Small pieces of code, timed beside each other with tinybench. */
import { Bench } from 'tinybench';
import { type Figure, figure } from '../work/result.js';

export interface MicroOptions {
  /** Times that each piece is measured, in turn with the others. */
  readonly rounds: number;
  /** Of one measurement, in milliseconds. */
  readonly ms: number;
}

/** Does its work `times` over, so that the clock is read once for many. */
export type Piece = (times: number) => unknown;

/** Long against the clock's own cost, short against a thread's share of a core. */
const SAMPLE_NS = 50_000;
const NS_PER_MS = 1e6;

/** Nanoseconds of one call of each piece: the median of each round's median. */
export async function compare(
  work: string,
  pieces: Readonly<Record<string, Piece>>,
  { rounds, ms }: MicroOptions,
  details: Readonly<Record<string, Readonly<Record<string, number>>>> = {},
): Promise<Figure[]> {
  const measured = Object.entries(pieces).map(([name, piece]) => ({
    name,
    piece,
    times: timesOf(piece),
    values: [] as number[],
  }));
  for (let round = 0; round < rounds; round++) {
    const bench = new Bench({ time: ms, warmupTime: ms / 4 });
    for (const { name, piece, times } of measured) bench.add(name, () => void piece(times));
    for (const [i, { result }] of (await bench.run()).entries()) {
      if (result.state !== 'completed') {
        throw new Error(
          `${work}, ${measured[i]!.name}: ${'error' in result ? result.error.message : result.state}`,
        );
      }
      measured[i]!.values.push((result.latency.p50 * NS_PER_MS) / measured[i]!.times);
    }
  }
  return measured.map(({ name, values }) => figure(work, name, 'ns', values, details[name]));
}

/** How often a piece runs in one sample; finding out warms it up. */
function timesOf(piece: Piece): number {
  for (let times = 1; ; times *= 2) {
    const began = performance.now();
    piece(times);
    if ((performance.now() - began) * NS_PER_MS >= SAMPLE_NS) return times;
  }
}
