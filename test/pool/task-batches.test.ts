/** Batches of request_task calls: what travels together, and what each call gets back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reply, WorkerCall } from '../../src/operations/context.js';
import type { BatchedReply, PoolCall } from '../../src/pool/pool-messages.js';
import { TaskBatches } from '../../src/pool/task-batches.js';
import type { WorkerRequest } from '../../src/protocol/request.js';
import { workerInfo } from '../protocol/samples.js';

interface Sent {
  readonly calls: readonly WorkerCall[];
  readonly finish: (replies: BatchedReply[]) => void;
  readonly fail: (error: Error) => void;
}

/** Batches that wait for the test to answer them. */
function batches(): { tasks: TaskBatches; sent: Sent[] } {
  const sent: Sent[] = [];
  const tasks = new TaskBatches((call: PoolCall) => {
    assert.equal(call.kind, 'requestTasks');
    const { calls } = call as Extract<PoolCall, { kind: 'requestTasks' }>;
    return new Promise((resolve, reject) => sent.push({ calls, finish: resolve, fail: reject }));
  });
  return { tasks, sent };
}

function call(now: number): WorkerCall {
  const request = { password: 'secret', worker_info: workerInfo() } as unknown as WorkerRequest;
  return {
    path: '/api/request_task',
    request,
    remoteAddr: '10.0.0.1',
    countryCode: '?',
    hostUrl: 'http://localhost',
    now,
  };
}

const reply = (json: string): Reply => ({ status: 200, json });
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test('calls of one turn travel together, and each gets the answer of its place', async () => {
  const { tasks, sent } = batches();
  const answers = [1, 2, 3].map((now) => tasks.request(call(now)));
  await nextTurn();
  assert.equal(sent.length, 1);
  assert.deepEqual(sent[0]!.calls, [call(1), call(2), call(3)]);
  sent[0]!.finish([reply('a'), { failure: 'out of luck' }, reply('c')]);
  const settled = await Promise.allSettled(answers);
  assert.deepEqual(
    settled.map((one) => (one.status === 'fulfilled' ? one.value.json : String(one.reason))),
    ['a', 'Error: out of luck', 'c'],
  );
});

test('a batch is bounded, and none waits for another', async () => {
  const { tasks, sent } = batches();
  const answers = Array.from({ length: 40 }, (_, i) => tasks.request(call(i)));
  await nextTurn();
  assert.deepEqual(
    sent.map(({ calls }) => calls.length),
    [32, 8],
  );
  for (const { calls, finish } of sent.toReversed()) finish(calls.map(({ now }) => reply(String(now))));
  const replies = await Promise.all(answers);
  assert.deepEqual(
    replies.map(({ json }) => json),
    answers.map((_, i) => String(i)),
  );
});

test('a batch that is lost fails its own calls only', async () => {
  const { tasks, sent } = batches();
  const lost = tasks.request(call(1));
  await nextTurn();
  const next = tasks.request(call(2));
  await nextTurn();
  sent[0]!.fail(new Error('the thread died'));
  await assert.rejects(lost, /the thread died/);
  sent[1]!.finish([reply('next')]);
  assert.equal((await next).json, 'next');
});
