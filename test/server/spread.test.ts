/** REPLY_SPREAD_MS: workers that are sent away in one moment are told so at different ones, and none waits for a stop. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Identity } from '../../src/swarm/identity.js';
import { requestBody } from '../../src/swarm/request-body.js';
import { Random } from '../../src/swarm/seeded-random.js';
import { Site } from './site.js';

const WORKERS = 30;
const SPREAD_MS = 20_000;

let site: Site;
before(async () => {
  site = await Site.open({ REPLY_SPREAD_MS: String(SPREAD_MS) });
});
after(() => site.close());

it('holds replies without a task, and sends them when the server stops', async () => {
  const { access } = await site.prepare([]);
  const random = new Random(3);
  let answered = 0;
  const asking = Array.from({ length: WORKERS }, async (_, i) => {
    const identity = new Identity(random, access.users, i);
    const body = requestBody(identity, identity.workerInfo(true, false), {});
    const { status, body: reply } = await site.server.post('/api/request_task', JSON.parse(body));
    answered++;
    return { status, waiting: reply['task_waiting'] };
  });
  while (answered === 0) await sleep(10);
  // Time for the others, if they were not held.
  await sleep(500);
  assert.ok(answered < WORKERS, 'no reply was held');
  assert.equal(await site.server.end('SIGTERM'), 0);
  // One that was still held when the server ended would have failed.
  assert.deepEqual(
    await Promise.all(asking),
    Array.from({ length: WORKERS }, () => ({ status: 200, waiting: false })),
  );
});
