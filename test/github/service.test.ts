/** How the service keeps answers, asks once, keeps within quota and time, and what it says when there is no answer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GitHubError, type GitHubReason } from '../../src/github/github-error.js';
import { OFFICIAL } from '../../src/swarm/github-stand-in.js';
import { ask, FORK, serviceOf } from './asking.js';

const MASTER = { repo: OFFICIAL, branch: 'master' };

async function failure(asked: Promise<unknown>): Promise<GitHubError> {
  const error = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof GitHubError, `no GitHubError but ${String(error)}`);
  return error;
}

async function reasonOf(asked: Promise<unknown>): Promise<GitHubReason> {
  return (await failure(asked)).reason;
}

test('equal questions at one time are one call, and a kept answer is none', async () => {
  const { standIn, service, master } = await ask();
  const about = { repo: FORK, base: master, head: master };
  await Promise.all(Array.from({ length: 20 }, () => service.ask('mergeBase', about)));
  assert.equal(standIn.count(/compare/), 1);
  await service.ask('mergeBase', { ...about, repo: OFFICIAL });
  assert.equal(standIn.count(/compare/), 1);
});

test('a branch is asked each time, and costs nothing while it stays', async () => {
  const { standIn, service } = await ask();
  const about = { repo: FORK, ref: 'master' };
  const first = await service.ask('commit', about);
  assert.deepEqual(await service.ask('commit', about), first);
  assert.deepEqual(
    standIn.requests.map(({ status, authorization }) => [status, authorization]),
    [
      [200, 'Bearer secret'],
      [304, 'Bearer secret'],
    ],
  );
  assert.equal(standIn.quota.used, 1);
  const sha = standIn.repos.commit(FORK, { message: 'Newer' });
  assert.equal((await service.ask('commit', about)).sha, sha);
});

test('a failure for a moment is tried once more, and one that stays is told as such', async () => {
  const { standIn, service } = await ask();
  for (const kind of ['unavailable', 'away'] as const) {
    standIn.heal();
    standIn.fail(kind, { times: 1 });
    assert.equal((await service.ask('commit', { repo: FORK, ref: 'master' })).bench, '2222222');
    standIn.fail(kind);
    const before = standIn.requests.length;
    const error = await failure(service.ask('commit', { repo: FORK, ref: 'master' }));
    assert.equal(error.reason, 'away');
    assert.ok(error.isTemporary);
    assert.match(error.message, /^commit master of somebody\/Stockfish: GitHub does not answer .*try again/);
    assert.equal(standIn.requests.length - before, 2);
  }
});

test('silence ends with the time of one attempt, of the question, and of who asks', async () => {
  const { standIn, service } = await ask({ attemptMs: 100 });
  standIn.fail('silent');
  assert.equal(await reasonOf(service.ask('commits', MASTER)), 'away');
  assert.equal(standIn.requests.length, 2);
  const slow = serviceOf(standIn);
  const error = await failure(slow.ask('commits', MASTER, { withinMs: 50 }));
  assert.equal(error.reason, 'away');
  assert.match(error.message, /in time/);
  slow.stop();
});

test('four calls run at once, the others wait for their turn', async () => {
  const { standIn, service } = await ask();
  const shas = Array.from({ length: 12 }, (_, i) =>
    standIn.repos.commit(FORK, { branch: `b${i}`, message: `${i}` }),
  );
  let most = 0;
  const open = new Set<number>();
  standIn.onRequest = (number, isOpen) => {
    if (isOpen) open.add(number);
    else open.delete(number);
    most = Math.max(most, open.size);
  };
  standIn.delayMs = 20;
  await Promise.all(shas.map((sha) => service.ask('commit', { repo: FORK, ref: sha })));
  assert.equal(most, 4);
});

test('half of the quota is left to submits, and nothing is asked when it is used up', async () => {
  let now = Date.now();
  const { standIn, service } = await ask({ now: () => now });
  standIn.quota.limit = 10;
  standIn.quota.used = 6;
  await service.ask('commit', { repo: FORK, ref: 'master' });
  const refused = await failure(service.ask('commits', MASTER));
  assert.equal(refused.reason, 'quota');
  assert.match(refused.message, /3 are left, and kept for submits.*try again at \d\d:\d\d UTC/);
  assert.equal(standIn.requests.length, 1);
  await service.ask('commits', MASTER, { isSubmit: true });
  standIn.quota.used = 10;
  assert.equal(await reasonOf(service.ask('commit', { repo: FORK, ref: 'x' }, { isSubmit: true })), 'quota');
  const asked = standIn.requests.length;
  const spent = await failure(service.ask('commit', { repo: FORK, ref: 'y' }, { isSubmit: true }));
  assert.equal(spent.retryAt, Math.ceil(standIn.quota.resetAt / 1000) * 1000);
  assert.equal(standIn.requests.length, asked);
  now = spent.retryAt! + 1;
  standIn.quota.used = 0;
  standIn.quota.resetAt = now + 3_600_000;
  assert.equal((await service.ask('commit', { repo: FORK, ref: 'master' })).title, 'Second');
});

test('files at a sha cost no quota and get no token', async () => {
  const { standIn, service, master } = await ask();
  await service.ask('nets', { repo: OFFICIAL, sha: master });
  assert.deepEqual(
    standIn.requests.map(({ path, authorization }) => [path, authorization]),
    [[`/raw/${OFFICIAL}/${master}/src/evaluate.h`, undefined]],
  );
});

test('an answer that is none, and a token that is refused, are told as such', async () => {
  const { standIn, service } = await ask();
  standIn.fail('malformed', { times: 1 });
  assert.equal(await reasonOf(service.ask('commits', MASTER)), 'malformed');
  standIn.fail('denied', { times: 1 });
  const error = await failure(service.ask('commits', MASTER));
  assert.equal(error.reason, 'refused');
  assert.match(error.message, /GH_TOKEN/);
});

test('what was kept is known without a call, with its age', async () => {
  let now = Date.now();
  const { standIn, service, master } = await ask({ now: () => now });
  const questions = [
    { kind: 'commits', about: MASTER },
    { kind: 'isInMaster', about: { sha: master } },
  ] as const;
  assert.deepEqual(await service.known(questions), [undefined, undefined]);
  await service.ask('commits', MASTER);
  const asked = standIn.requests.length;
  const at = now;
  now += 61_000;
  const [commits, isInMaster] = await service.known(questions);
  assert.deepEqual([commits?.at, commits?.isFresh, isInMaster], [at, false, undefined]);
  assert.equal(standIn.requests.length, asked);
});

test('what was kept before the clock stepped back is asked again', async () => {
  let now = Date.now();
  const { standIn, service } = await ask({ now: () => now });
  await service.ask('commits', MASTER);
  await service.quota();
  const asked = standIn.requests.length;
  now -= 1_000;
  await service.ask('commits', MASTER);
  await service.quota();
  assert.equal(standIn.requests.length, asked, 'another thread may read the clock a moment later');
  now -= 7_200_000;
  await service.ask('commits', MASTER);
  await service.quota();
  assert.equal(standIn.requests.length, asked + 2);
});

test('switched off, it asks nothing and says so', async () => {
  const { standIn, master } = await ask();
  const service = serviceOf(standIn, { isOn: false });
  const error = await failure(service.ask('commit', { repo: FORK, ref: master }));
  assert.equal(error.reason, 'off');
  assert.match(error.message, /SHOAL_GITHUB=off/);
  assert.equal(standIn.requests.length, 0);
});

test('the quota is asked once a minute, and stands while GitHub is away', async () => {
  let now = Date.now();
  const { standIn, service } = await ask({ now: () => now });
  standIn.quota.used = 7;
  const quota = await service.quota();
  assert.deepEqual([quota.used, quota.remaining, quota._uninitialized], [7, 4993, false]);
  await service.quota();
  assert.equal(standIn.requests.length, 1);
  now += 61_000;
  standIn.fail('away');
  assert.deepEqual(await service.quota(), quota);
});

test('who joins a question from before GitHub came back is answered by GitHub as it is now', async () => {
  const { standIn, service } = await ask({ attemptMs: 1_000 });
  standIn.fail('unavailable');
  standIn.delayMs = 300;
  const early = failure(service.ask('commit', { repo: FORK, ref: 'master' }));
  while (standIn.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  // Its second and last attempt is under way, and will be refused.
  const late = service.ask('commit', { repo: FORK, ref: 'master' });
  assert.equal((await early).reason, 'away');
  standIn.heal();
  assert.equal((await late).bench, '2222222');
});

test('silent calls hold up nobody once GitHub is back', async () => {
  const { standIn, service } = await ask({ attemptMs: 60_000 });
  standIn.fail('silent');
  const stuck = Array.from({ length: 4 }, (_, i) =>
    reasonOf(service.ask('commit', { repo: FORK, ref: `b${i}` })),
  );
  while (standIn.requests.length < 4) await new Promise((resolve) => setTimeout(resolve, 10));
  standIn.heal();
  assert.equal((await service.ask('commit', { repo: FORK, ref: 'master' })).bench, '2222222');
  assert.deepEqual(await Promise.all(stuck), ['no-commit', 'no-commit', 'no-commit', 'no-commit']);
});
