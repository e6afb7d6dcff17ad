/** Asking from other threads: answers, failures, and a service that does not run. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { GitHubClient } from '../../src/github/github-client.js';
import { GitHubDesk } from '../../src/github/github-desk.js';
import { GitHubError } from '../../src/github/github-error.js';
import { OFFICIAL } from '../../src/swarm/github-stand-in.js';
import { ask, FORK } from './asking.js';

const MASTER = { repo: OFFICIAL, branch: 'master' };

async function desk() {
  const asked = await ask();
  const opened = new GitHubDesk(asked.service);
  after(() => opened.close());
  return { ...asked, access: opened.access };
}

test('threads get what GitHub says, and equal questions of several are one call', async () => {
  const { standIn, access } = await desk();
  const file = new URL('./fixtures/asking-thread.js', import.meta.url);
  const workers = Array.from({ length: 3 }, () => new Worker(file, { workerData: { access } }));
  // Before the answers: one thread may end before another one has answered.
  const exited = Promise.all(workers.map((worker) => once(worker, 'exit')));
  const answers = await Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0]));
  for (const answer of answers) {
    assert.deepEqual(answer, { title: 'Second', reason: 'no-commit', known: true, used: answer.used });
  }
  assert.equal(standIn.count(/commits\?/), 1);
  await exited;
});

test('a failure comes over with its reason and when to ask again', async () => {
  const { standIn, access } = await desk();
  const client = new GitHubClient(access);
  after(() => client.close());
  standIn.quota.used = standIn.quota.limit;
  const error = await client.ask('commit', { repo: FORK, ref: 'master' }).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof GitHubError);
  assert.equal(error.reason, 'quota');
  assert.ok(error.retryAt! > Date.now());
});

test('without a service there is a failure in time, nothing known, and no quota', async () => {
  const client = new GitHubClient({ channel: 'nobody listens', isOn: true });
  after(() => client.close());
  const asked = client.ask('commits', MASTER, { withinMs: 10 });
  await assert.rejects(asked, (error: unknown) => error instanceof GitHubError && error.reason === 'away');
  assert.deepEqual(await client.known([{ kind: 'commits', about: MASTER }]), [undefined]);
  assert.equal((await client.quota())._uninitialized, true);
});
