/**
 * When the periodic jobs run: period, first run and jitter of 5 % (docs/spec/scheduling.md §8). One job at a time, except for
 * background jobs, which wait for a network; never two copies of one. What each did last is kept for the metrics. The steady
 * clock says when: a wall clock that steps back would stop every job until it has caught up.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobName, JobState } from '../runtime/job-status.js';

export interface Job {
  readonly name: JobName;
  /** Seconds. */
  readonly period: number;
  /** Seconds until the first run; the period when missing. */
  readonly first?: number;
  /** The job mostly waits, and the others do not wait for it. */
  readonly background?: boolean;
  readonly run: (signal: AbortSignal) => unknown;
}

export interface ScheduleOptions {
  readonly onError: (job: JobName, error: unknown) => void;
  /** Called when a job starts, ends, or is passed over. */
  readonly onChange?: (job: JobName, state: JobState) => void;
  /** Called with what a job answered. */
  readonly onResult?: (job: JobName, result: unknown, ms: number) => void;
}

const JITTER = 0.05;

export class JobSchedule {
  readonly #jobs: readonly Job[];
  readonly #options: ScheduleOptions;
  readonly #states = new Map<JobName, JobState>();

  constructor(jobs: readonly Job[], options: ScheduleOptions) {
    this.#jobs = jobs;
    this.#options = options;
  }

  state(name: JobName): JobState {
    return this.#states.get(name) ?? NEVER_RUN;
  }

  /** Runs jobs until the signal says stop, and then waits for those that run. A failing job stays scheduled. */
  async run(signal: AbortSignal): Promise<void> {
    const jitter = (period: number) => (Math.random() * 2 - 1) * JITTER * period * 1000;
    const next = this.#jobs.map(
      ({ period, first = period }) => performance.now() + first * 1000 + jitter(first),
    );
    const background = new Set<Promise<void>>();
    while (next.length > 0) {
      const due = next.indexOf(Math.min(...next));
      if (!(await sleepUntil(Math.max(0, next[due]! - performance.now()), signal))) break;
      const job = this.#jobs[due]!;
      const ended = this.runNow(job, signal);
      if (job.background === true) {
        background.add(ended);
        void ended.then(() => background.delete(ended));
      } else {
        await ended;
      }
      next[due] = Math.max(next[due]! + job.period * 1000, performance.now()) + jitter(job.period);
    }
    await Promise.all(background);
  }

  /** Runs a job at once, unless it is running. Never throws. */
  async runNow(job: Job, signal: AbortSignal): Promise<void> {
    const before = this.state(job.name);
    if (before.running) {
      this.#change(job.name, { skipped: before.skipped + 1 });
      return;
    }
    this.#change(job.name, { running: true, lastStarted: Date.now() });
    const began = performance.now();
    let failed = false;
    try {
      const result = await job.run(signal);
      this.#options.onResult?.(job.name, result, performance.now() - began);
    } catch (error) {
      failed = true;
      if (!signal.aborted) this.#options.onError(job.name, error);
    }
    this.#change(job.name, {
      running: false,
      runs: before.runs + 1,
      failures: before.failures + Number(failed),
      lastDuration: performance.now() - began,
      failed,
    });
  }

  #change(name: JobName, change: Partial<JobState>): void {
    const state = { ...this.state(name), ...change };
    this.#states.set(name, state);
    this.#options.onChange?.(name, state);
  }
}

const NEVER_RUN: JobState = {
  running: false,
  runs: 0,
  failures: 0,
  skipped: 0,
  lastStarted: 0,
  lastDuration: 0,
  failed: false,
};

async function sleepUntil(ms: number, signal: AbortSignal): Promise<boolean> {
  return await sleep(ms, true, { signal }).catch(() => false);
}
