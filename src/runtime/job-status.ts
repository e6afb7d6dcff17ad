/** What the periodic jobs did last, in shared memory: written by the thread that runs them, read by any. */
import type { Region } from '../memory/region.js';

export const JOB_NAMES = [
  'scavenge',
  'update itp',
  'update nps',
  'evict runs',
  'clean worker tasks',
  'clean worker runs',
  'validate random run',
  'validate data structures',
  'update books',
  'update official master sha',
  "mark master's networks",
  'refresh accounts',
  'count contributors',
  'tell web hooks',
] as const;
export type JobName = (typeof JOB_NAMES)[number];

/** Instants in milliseconds since the epoch, durations in milliseconds; 0 before the first run. */
export interface JobState {
  readonly running: boolean;
  readonly runs: number;
  readonly failures: number;
  /** Times that the job was due while it was still running. */
  readonly skipped: number;
  readonly lastStarted: number;
  readonly lastDuration: number;
  /** Whether the last run failed. */
  readonly failed: boolean;
}

const ROW = 8;

export class JobBoard {
  readonly #rows: Float64Array;

  constructor(region: Region) {
    const words = region.i32('job-board', JOB_NAMES.length * ROW * 2);
    this.#rows = new Float64Array(words.buffer, words.byteOffset, JOB_NAMES.length * ROW);
  }

  record(name: JobName, state: JobState): void {
    const { running, runs, failures, skipped, lastStarted, lastDuration, failed } = state;
    const row = [Number(running), runs, failures, skipped, lastStarted, lastDuration, Number(failed)];
    this.#rows.set(row, JOB_NAMES.indexOf(name) * ROW);
  }

  /** Every job, whether or not it has run. */
  read(): (JobState & { readonly name: JobName })[] {
    return JOB_NAMES.map((name, i) => {
      const [running, runs, failures, skipped, lastStarted, lastDuration, failed] = this.#rows.subarray(
        i * ROW,
      );
      return {
        name,
        running: running === 1,
        runs: runs!,
        failures: failures!,
        skipped: skipped!,
        lastStarted: lastStarted!,
        lastDuration: lastDuration!,
        failed: failed === 1,
      };
    });
  }
}
