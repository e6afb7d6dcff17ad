/** Batches of request_task calls: one away at a time, what a call gets back, and what holds up nobody. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Reply, WorkerCall } from '../../src/operations/context.js';
import { type BatchedReply, type PoolCall, unpackCalls } from '../../src/pool/calls.js';
import { TaskBatches } from '../../src/pool/task-batches.js';
import type { WorkerRequest } from '../../src/protocol/request.js';
import { workerInfo } from '../protocol/samples.js';

interface Sent {
  readonly calls: WorkerCall[];
  readonly finish: (replies: BatchedReply[]) => void;
  readonly fail: (error: Error) => void;
}

/** Batches that wait for the test to answer them. */
function batches(): { tasks: TaskBatches; sent: Sent[] } {
  const sent: Sent[] = [];
  const tasks = new TaskBatches((call: PoolCall) => {
    assert.equal(call.kind, 'requestTasks');
    const calls = unpackCalls((call as Extract<PoolCall, { kind: 'requestTasks' }>).calls);
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

test('calls of one turn travel together, whole, and each gets the answer of its place', async () => {
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

test('while one batch is away the next gathers, and leaves when it is back', async () => {
  const { tasks, sent } = batches();
  const first = tasks.request(call(1));
  await nextTurn();
  const later = Array.from({ length: 40 }, (_, i) => tasks.request(call(i + 2)));
  await nextTurn();
  assert.equal(sent.length, 1);
  sent[0]!.finish([reply('first')]);
  assert.equal((await first).json, 'first');
  await nextTurn();
  assert.equal(sent.length, 2);
  assert.equal(sent[1]!.calls.length, 32, 'a batch is bounded');
  sent[1]!.finish(sent[1]!.calls.map(({ now }) => reply(String(now))));
  await nextTurn();
  sent[2]!.finish(sent[2]!.calls.map(({ now }) => reply(String(now))));
  const replies = await Promise.all(later);
  assert.deepEqual(
    replies.map(({ json }) => json),
    later.map((_, i) => String(i + 2)),
  );
});

test('a batch that is lost fails its own calls, and the next leaves', async () => {
  const { tasks, sent } = batches();
  const lost = tasks.request(call(1));
  await nextTurn();
  const next = tasks.request(call(2));
  sent[0]!.fail(new Error('the thread died'));
  await assert.rejects(lost, /the thread died/);
  await nextTurn();
  sent[1]!.finish([reply('next')]);
  assert.equal((await next).json, 'next');
});

test('a batch that does not come back holds up no other', async () => {
  const { tasks, sent } = batches();
  void tasks.request(call(1));
  await nextTurn();
  await sleep(60);
  const next = tasks.request(call(2));
  await nextTurn();
  assert.equal(sent.length, 2);
  sent[1]!.finish([reply('next')]);
  assert.equal((await next).json, 'next');
});
