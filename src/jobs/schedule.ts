/** When the periodic jobs run: period, first run and jitter of 5 % (spec: scheduling.md §8). One job at a time. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Job {
  name: string;
  /** Seconds. */
  period: number;
  /** Seconds until the first run; the period when missing. */
  first?: number;
  run: () => unknown;
}

const JITTER = 0.05;

/** Runs jobs until the signal says stop. A failing job is reported and stays scheduled. */
export async function runJobs(
  jobs: readonly Job[],
  signal: AbortSignal,
  onError: (job: string, error: unknown) => void,
): Promise<void> {
  const jitter = (period: number) => (Math.random() * 2 - 1) * JITTER * period * 1000;
  const next = jobs.map(({ period, first = period }) => Date.now() + first * 1000 + jitter(period));
  while (!signal.aborted) {
    const due = next.indexOf(Math.min(...next));
    const delay = Math.max(0, next[due]! - Date.now());
    if (!(await sleepUntil(delay, signal))) return;
    const job = jobs[due]!;
    try {
      await job.run();
    } catch (error) {
      onError(job.name, error);
    }
    next[due] = Math.max(next[due]! + job.period * 1000, Date.now()) + jitter(job.period);
  }
}

async function sleepUntil(ms: number, signal: AbortSignal): Promise<boolean> {
  return await sleep(ms, true, { signal }).catch(() => false);
}
