/** What a simulated worker sends in each of its steps. */

import type { WorkerEndpoint } from '../protocol/worker-endpoints.js';
import type { HeldTask } from './ledger.js';
import { pgnFor } from './pgn-of-size.js';
import { type BodyParts, requestBody, versionBody } from './request-body.js';
import type { Random } from './seeded-random.js';
import { gamesIn } from './simulated-games.js';
import { Step, type Worker } from './simulated-worker.js';

const NEAR_LIMIT_RATE = 0.01;

export interface StepRequest {
  readonly kind: WorkerEndpoint;
  readonly body: string;
  /** A repetition leaves the server as a single request would. */
  readonly mayRepeat: boolean;
}

const KINDS: Readonly<Record<Exclude<Step, Step.Gone>, WorkerEndpoint>> = {
  [Step.Version]: 'request_version',
  [Step.Task]: 'request_task',
  [Step.Spsa]: 'request_spsa',
  [Step.Beat]: 'beat',
  [Step.Update]: 'update_task',
  [Step.Log]: 'worker_log',
  [Step.Failed]: 'failed_task',
  [Step.Stop]: 'stop_run',
  [Step.Pgn]: 'upload_pgn',
};

/** Not for a worker that is gone. */
export function requestKind(step: Step): WorkerEndpoint {
  return KINDS[step as Exclude<Step, Step.Gone>];
}

/** The request of a worker's step. Not for a worker that is gone. */
export function stepRequest(worker: Worker, random: Random): StepRequest {
  const { identity, step, task } = worker;
  const kind = requestKind(step);
  if (step === Step.Version) return { kind, body: versionBody(identity), mayRepeat: true };
  const nearLimit = step === Step.Task && random.chance(NEAR_LIMIT_RATE);
  const info = identity.workerInfo(worker.benched, nearLimit);
  const body = requestBody(identity, info, step === Step.Task ? {} : bodyParts(worker, task!));
  return { kind, body, mayRepeat: step !== Step.Update || task!.run.landscape === undefined };
}

function bodyParts(worker: Worker, task: HeldTask): BodyParts {
  const parts: BodyParts = { task };
  switch (worker.step) {
    case Step.Update:
      return { ...parts, stats: task.reported, spsa: worker.spsa };
    case Step.Spsa:
      return { ...parts, stats: task.acknowledged, spsa: worker.spsa };
    case Step.Failed:
      return { ...parts, message: 'a simulated failure' };
    case Step.Stop:
      return { ...parts, message: 'a simulated wrong bench' };
    case Step.Log:
      return { ...parts, message: 'a simulated warning' };
    case Step.Pgn:
      return { ...parts, pgn: pgnFor(gamesIn(task.acknowledged)) };
    default:
      return parts;
  }
}
