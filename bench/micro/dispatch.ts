/** What it costs to have another thread answer: Piscina, one call at a time and many at once, beside a call in place. */
import { Piscina } from 'piscina';
import { type Figure, figure } from '../work/result.js';
import type { MicroOptions } from './compare.js';
import echo from './echo-thread.js';

type Call = (value: unknown) => unknown;

/** Calls under way at once: one, and as many as THREADPOOL_TOKENS allows. */
const DEPTHS = [1, 64];

export async function measureDispatch({ rounds, ms }: MicroOptions): Promise<Figure[]> {
  const pools = {
    'Piscina, as the server has it': pool('disabled'),
    'Piscina, parked with Atomics.wait': pool('sync'),
  };
  const subjects: Record<string, Call> = { 'in place': async (value) => echo(value) };
  for (const [name, piscina] of Object.entries(pools)) subjects[name] = (value) => piscina.run(value);
  const figures: Figure[] = [];
  for (const depth of DEPTHS) {
    const measured = new Map(Object.keys(subjects).map((name) => [name, [] as number[]]));
    for (let round = -1; round < rounds; round++) {
      for (const [name, call] of Object.entries(subjects)) {
        const ns = await nanosecondsOf(call, depth, ms);
        if (round >= 0) measured.get(name)!.push(ns);
      }
    }
    for (const [name, values] of measured)
      figures.push(figure(`a call, ${depth} at once`, name, 'ns', values));
  }
  for (const piscina of Object.values(pools)) await piscina.destroy();
  return figures;
}

function pool(atomics: 'disabled' | 'sync'): Piscina {
  const filename = new URL('./echo-thread.js', import.meta.url).href;
  return new Piscina({
    filename,
    minThreads: 1,
    maxThreads: 1,
    concurrentTasksPerWorker: Math.max(...DEPTHS),
    atomics,
  });
}

/** Of one call, when `depth` callers each make the next one as soon as the last is answered. */
async function nanosecondsOf(call: Call, depth: number, ms: number): Promise<number> {
  const began = performance.now();
  let calls = 0;
  const caller = async () => {
    while (performance.now() - began < ms) {
      await call({ path: '/api/request_task', now: calls });
      calls++;
    }
  };
  await Promise.all(Array.from({ length: depth }, caller));
  return ((performance.now() - began) * 1e6) / calls;
}
