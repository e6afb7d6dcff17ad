/** The table of worker routes: what it says is what happens. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReply, WOULD_BLOCK, type WorkerCall } from '../../src/operations/context.js';
import { endRun } from '../../src/operations/run/end-run.js';
import {
  type OperationRoute,
  runOperation,
  WORKER_ROUTES,
} from '../../src/operations/worker/worker-routes.js';
import { answerFromStore } from '../../src/pool/finished-run.js';
import type { WorkerRequest } from '../../src/protocol/request.js';
import { WORKER_ENDPOINTS } from '../../src/protocol/worker-endpoints.js';
import type { RunHead } from '../../src/store/port.js';
import { workerInfo } from '../protocol/samples.js';
import { addRun, createWorld, freshRun } from './world.js';

const NAMES = WORKER_ENDPOINTS.filter((name) => name !== 'request_version');
const RUN = '5f00000000000000000000a1';
const { state } = createWorld();
state.threads.join('main');

function call(name: string, more: Partial<WorkerRequest> = {}): WorkerCall {
  return {
    path: `/api/${name}`,
    request: { password: '', worker_info: workerInfo() as WorkerRequest['worker_info'], ...more },
    remoteAddr: '10.0.0.1',
    countryCode: '?',
    hostUrl: 'http://localhost',
    now: Date.now(),
  };
}

test('what runs in the pool first is not begun on a thread that must not block', () => {
  // Whatever touched this state would throw.
  const context = { state: undefined as never, mayBlock: false };
  for (const name of NAMES.filter((name) => WORKER_ROUTES[name].first === 'pool')) {
    assert.equal(runOperation(context, name, call(name)), WOULD_BLOCK, name);
  }
});

test('a route whose reply cannot say "no task" is neither batched nor refused for a store that is behind', () => {
  // @ts-expect-error: a batch runs request_task, whatever it was sent as
  const batched: OperationRoute = { ...WORKER_ROUTES.beat, batched: 'request_task' };
  // @ts-expect-error: a beat has no reply for it
  const refused: OperationRoute = { ...WORKER_ROUTES.beat, whenStoreAway: 'no task' };
  assert.ok(batched && refused);
  assert.deepEqual(
    NAMES.filter((name) => 'batched' in WORKER_ROUTES[name] || 'mostBehindMs' in WORKER_ROUTES[name]),
    ['request_task'],
  );
});

test('a reply without a task tells the worker to come back later, any other does not', async () => {
  const context = { state, mayBlock: true };
  const ask = () => {
    const outcome = runOperation(context, 'request_task', call('request_task'));
    assert.ok(isReply(outcome));
    return outcome;
  };
  assert.deepEqual(ask(), { status: 200, json: '{"task_waiting":false}', retryLater: true });
  const slot = await addRun(state, freshRun(RUN, {}));
  const given = ask();
  assert.match(given.json, /^{"run":/);
  assert.equal(given.retryLater, undefined);
  state.runs.locks.run(slot, () => endRun(state, slot, Date.now()));
  const { task_id: taskId } = JSON.parse(given.json) as { task_id: number };
  const lost = runOperation(context, 'beat', call('beat', { run_id: RUN, task_id: taskId }));
  assert.ok(isReply(lost));
  assert.deepEqual([lost.json, lost.retryLater], ['{"task_alive":false}', undefined]);
});

test('each endpoint answers about a run that is in the store only', async () => {
  const head = { _id: RUN, args: { new_tag: 'idea' } } as RunHead;
  const info = workerInfo();
  const reader = {
    run: async (id: string) => (id === RUN ? head : undefined),
    task: async (_id: string, taskId: number) => (taskId === 0 ? { worker_info: info } : undefined) as never,
  };
  const stats = { wins: 0, losses: 0, draws: 0, crashes: 0, time_losses: 0 };
  const answers: Record<string, [number, string]> = {};
  for (const name of NAMES) {
    const request = { run_id: RUN, task_id: 0, stats, message: 'hello' } as Partial<WorkerRequest>;
    const reply = await answerFromStore({ state, mayBlock: true }, reader, name, call(name, request));
    answers[name] = [reply.status, Object.keys(JSON.parse(reply.json) as object).join()];
    const noTask = { run_id: RUN, task_id: 7 };
    const unknown = await answerFromStore({ state, mayBlock: true }, reader, name, call(name, noTask));
    assert.equal(unknown.status, 400, name);
  }
  assert.deepEqual(answers, {
    request_task: [200, 'task_waiting'],
    update_task: [200, 'task_alive,info'],
    beat: [200, 'task_alive'],
    request_spsa: [500, 'error'],
    failed_task: [200, 'task_alive,info'],
    stop_run: [401, 'error'],
    upload_pgn: [400, 'error'],
    worker_log: [200, ''],
  });
});
