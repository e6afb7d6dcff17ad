/**
 * One simulated worker: what it is about to do and what it holds. A plain record of a few hundred bytes; `fleet.ts` moves it.
 *
 * The steps, and what leads from one to the next (docs/spec/worker-api.md §6.3). "Back off" waits 15 simulated seconds, doubled
 * each time up to 900, and begins again at Version; only a successful task brings the wait back to 15.
 *
 *   Version   request_version. Ok → Task at once. No usable answer → back off. `error` → the worker exits (Gone).
 *   Task      request_task. Assigned → builds engines for a while, then a batch begins. Anything else → back off.
 *   Spsa      before each batch of a tune: request_spsa. Alive → the batch is played with those parameters.
 *             Not alive → the task is over, quietly. Error or no usable answer → Failed.
 *   Beat      a batch is being played and 120 simulated seconds have passed without a sign of life. Not alive or `error` →
 *             the task is dropped, quietly. No usable answer → ignored.
 *   Update    a batch is over: update_task with the task's running totals. Alive → maybe Log, then the next batch.
 *             Not alive → the task is over, a success. `error` → Failed. No usable answer → again 15 simulated
 *             seconds later, five attempts in all, then Failed.
 *   Log       worker_log, now and then, between two batches.
 *   Failed    failed_task, whatever the answer → Pgn or back off. A worker may also vanish without it, and come back
 *             600 simulated seconds later, as itself or, restarted, under a new key.
 *   Stop      stop_run, for a task whose failure is laid to the run; then as after Failed.
 *   Pgn       upload_pgn of a share of the ended tasks that are no tunes → Version.
 *   Gone      nothing more.
 */
import type { Identity } from './identity.js';
import type { HeldTask } from './ledger.js';
import type { SpsaOutcome } from './request-body.js';

export enum Step {
  Version,
  Task,
  Spsa,
  Beat,
  Update,
  Log,
  Failed,
  Stop,
  Pgn,
  Gone,
}

export const FIRST_BACK_OFF = 15;
export const LONGEST_BACK_OFF = 900;

export class Worker {
  readonly identity: Identity;
  step: Step = Step.Version;
  task: HeldTask | undefined;
  /** It has sent nothing yet. */
  fresh = true;
  /** Simulated seconds of the next back-off. */
  backOff = FIRST_BACK_OFF;
  /** The first engine was built: speed and compile flags are known. */
  benched = false;
  /** Instant (ms) at which the batch being played ends. */
  batchEnds = 0;
  /** Instant (ms) of the last successful update or attempted beat. */
  lastSign = 0;
  /** Update attempts made for the batch. */
  attempts = 0;
  /** Games of the task after which it fails; Infinity for a task that does not. */
  failAfter = Number.POSITIVE_INFINITY;
  /** The latest tuning batch, repeated in the requests that follow it. */
  spsa: SpsaOutcome | undefined;
  /** Signature of the parameters being played. */
  sig = 0;
  /** How often it was restarted under a new key. */
  generation = 0;

  constructor(identity: Identity) {
    this.identity = identity;
  }
}
