/** A thread of workers that ask, report, fail, fall silent, while others scavenge, stop, purge and revive their runs. */
import { parentPort, workerData } from 'node:worker_threads';
import { scavenge, updateSpeeds } from '../../src/jobs/upkeep.js';
import type { Results } from '../../src/model/documents.js';
import { operatorNamed } from '../../src/operations/actor.js';
import { OperationRefused } from '../../src/operations/refusal.js';
import { purgeByHand, stopRun } from '../../src/operations/run/close-run.js';
import { modifyRun } from '../../src/operations/run/modify-run.js';
import { Shared, type ThreadData } from '../../src/runtime/shared.js';
import { morePairs, TestWorker } from './world.js';

export interface FarmThreadData extends ThreadData {
  readonly number: number;
  readonly rounds: number;
  readonly seed: number;
  readonly runIds: readonly string[];
}

/** A result that was acknowledged, and that nothing but a purge may take away. */
export interface Acknowledged {
  readonly runId: string;
  readonly taskId: number;
  readonly stats: Results;
}

const WORKERS = 6;
const ALICE = operatorNamed('alice');
const DEAD_MS = 361_000;

const data = workerData as FarmThreadData;
const { state } = Shared.attach(data, 'farm', true);
const workers = Array.from({ length: WORKERS }, (_, i) => new TestWorker(state, data.number * WORKERS + i));
const acknowledged = new Map<string, Acknowledged>();
let random = Math.imul(data.seed + data.number, 0x9e3779b1) | 1;

function pick(limit: number): number {
  random ^= random << 13;
  random ^= random >>> 17;
  random ^= random << 5;
  return (random >>> 0) % limit;
}

function report(worker: TestWorker, now: number): void {
  const { runId, taskId, stats: before } = worker.task!;
  const stats = morePairs(before, [pick(3), pick(4), pick(6), pick(5), pick(4)]);
  if (pick(40) === 0) stats.crashes += 5;
  if (worker.report(stats, now, { nps: 500_000 + pick(3) })) {
    acknowledged.set(`${runId}/${taskId}`, { runId, taskId, stats });
  }
}

function operateRun(now: number): void {
  const runId = data.runIds[pick(data.runIds.length)]!;
  const what = pick(4);
  try {
    if (what === 0) stopRun(state, ALICE, runId, now);
    else if (what === 1) purgeByHand(state, ALICE, runId, now);
    else modifyRun(state, ALICE, runId, { num_games: 4000 + 2 * pick(20_000) }, now);
  } catch (error) {
    if (!(error instanceof OperationRefused)) throw error;
  }
}

for (let round = 0; round < data.rounds; round++) {
  const now = Date.now();
  const worker = workers[pick(WORKERS)]!;
  const { task } = worker;
  const where = task && { run_id: task.runId, task_id: task.taskId };
  const what = pick(100);
  if (what === 0) scavenge(state, now + DEAD_MS);
  else if (what === 1) updateSpeeds(state);
  else if (what < 4) operateRun(now);
  else if (where === undefined) worker.ask(now);
  else if (what < 10) worker.task = undefined;
  else if (what < 15) {
    worker.call('failed_task', now, { ...where, message: 'gone' });
    worker.task = undefined;
  } else if (what < 30) worker.call('beat', now, where);
  else report(worker, now);
}

parentPort!.postMessage([...acknowledged.values()]);
state.threads.leave();
