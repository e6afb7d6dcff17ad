/** What a front thread answers by itself while the store cannot keep up. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Client } from '../../src/http/transport/client.js';
import type { Answer, Exchange } from '../../src/http/transport/exchange.js';
import { DurableReplies } from '../../src/http/worker-api/durable-replies.js';
import { Front } from '../../src/http/worker-api/front.js';
import type { PoolCall } from '../../src/pool/pool-messages.js';
import type { WorkerEndpoint } from '../../src/protocol/worker-endpoints.js';
import { createWorld } from '../operations/world.js';
import { workerInfo } from '../server/seed.js';

const RUN_ID = '0123456789abcdef01234567';
const client = {
  remoteAddr: '1.2.3.4',
  countryCode: '?',
  scheme: 'http',
  host: 'x',
  address: () => '1.2.3.4',
};
const shared = createWorld();
const dispatched: PoolCall['kind'][] = [];
const pool = {
  run: async (call: PoolCall) => {
    dispatched.push(call.kind);
    return call.kind === 'requestTasks'
      ? call.calls.map(() => ({ status: 200, json: '{"task_waiting":false}' }))
      : { status: 200, json: '{"task_alive":true}' };
  },
};
const front = new Front(shared, pool, new DurableReplies(shared.state.commits), {
  strict: true,
  replyJitterMs: 0,
  credentialMaxAge: 60_000,
  guesses: { perAccount: 50, perAddress: 50 },
  onError: (error) => assert.fail(String(error)),
});

async function ask(route: WorkerEndpoint, more: object = {}): Promise<Record<string, unknown>> {
  const body = Buffer.from(
    JSON.stringify({ password: 'secret', worker_info: workerInfo('aaaa1111'), ...more }),
  );
  const answer = await new Promise<Answer>((send) => {
    front.serve(route, `/api/${route}`, { send } as unknown as Exchange, client as unknown as Client, body);
  });
  return JSON.parse(String(answer.body)) as Record<string, unknown>;
}

before(() => {
  const { users, threads } = shared.state;
  threads.join('front', { parks: true });
  users.set({ username: 'joe', blocked: false, pending: false, machine_limit: 16 });
  users.remember('joe', 'secret', users.version('joe')!, Date.now());
});

test('no tasks are given while documents are seconds behind, and updates and beats are taken', async () => {
  shared.storeBehindMs.store(4_000);
  await ask('request_task');
  assert.deepEqual(dispatched.splice(0), ['requestTasks']);

  shared.storeBehindMs.store(6_000);
  const refused = await ask('request_task');
  assert.deepEqual([refused['task_waiting'], dispatched.length], [false, 0]);
  assert.match(String(refused['info']), /cannot keep up/);
  const task = { run_id: RUN_ID, task_id: 0 };
  const stats = { wins: 0, losses: 0, draws: 2, crashes: 0, time_losses: 0, pentanomial: [0, 0, 1, 0, 0] };
  for (const [route, more] of [
    ['update_task', { ...task, stats }],
    ['beat', task],
    ['failed_task', task],
  ] as const) {
    assert.equal((await ask(route, more))['task_alive'], true, route);
  }
  shared.storeBehindMs.store(0);
  await ask('request_task');
  assert.equal(dispatched.splice(0).at(-1), 'requestTasks');
});

test('what waits for the store counts as well: a burst is bounded before any of it is committed', async () => {
  const { commits } = shared.state;
  shared.storeChangeMicros.store(2_000_000);
  for (let changes = 0; changes < 3; changes++) commits.next();
  assert.match(String((await ask('request_task'))['info']), /cannot keep up/);
  assert.deepEqual(dispatched, []);
  commits.durable.store(commits.issued.load());
  await ask('request_task');
  assert.deepEqual(dispatched, ['requestTasks']);
  shared.storeChangeMicros.store(0);
});
