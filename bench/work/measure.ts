/** What throughput and sweeps share: one subject under one load, and the figure that several rounds make. */
import { LoadClient, type Measurement } from '../load/client.js';
import type { Plan } from '../load/plan.js';
import type { FarmOptions } from '../seed/farm.js';
import type { Subject } from '../subjects/subjects.js';
import { type Figure, figure } from './result.js';

/** 100 unfinished runs, 10,000 active tasks. */
export const FARM: FarmOptions = { runs: 100, tasks: 10_000 };

export interface Work {
  plan: () => Plan;
  connections: number;
  /** Replies before it is measured. */
  warmUp: number;
}

/** For what is measured in rounds, an earlier checkout and today's code in turn. */
export interface InTurn {
  readonly rounds: number;
  readonly seconds: number;
  /** Another checkout, built. */
  readonly before?: string | undefined;
  readonly say: (line: string) => void;
}

/** Ends the subject. */
export async function measureSubject(
  subject: Subject,
  { plan, connections, warmUp }: Work,
  seconds: number,
): Promise<Measurement> {
  const client = await LoadClient.start({
    url: subject.url,
    streams: [{ plan: plan(), connections, rate: 0 }],
    ...(subject.pid === undefined ? {} : { pid: subject.pid }),
  });
  await client.warmUp(warmUp);
  const [measurement] = await client.measure(seconds);
  await client.end();
  await subject.stop();
  return measurement!;
}

/** Good replies a second; the details are those of the middle round, but for what was refused in all. */
export function rateFigure(work: string, subject: string, all: readonly Measurement[]): Figure {
  const middle = all.toSorted((a, b) => a.rate - b.rate)[Math.floor(all.length / 2)]!;
  const rates = all.map(({ rate }) => rate);
  return figure(work, subject, 'req/s', rates, {
    serverMicros: middle.serverMicros ?? 0,
    busiestMicros: middle.busiestMicros ?? 0,
    clientBusy: middle.busy,
    refused: all.reduce((sum, { refused }) => sum + refused, 0),
    refusedShare: middle.refused / Math.max(1, middle.replies),
    p50: middle.p50,
    p99: middle.p99,
  });
}
