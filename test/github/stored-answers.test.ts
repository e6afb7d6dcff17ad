/** Answers in the store: they outlive the service, stay within their bounds, and whatever fails costs a call and no more. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { StoredAnswers } from '../../src/github/stored-answers.js';
import { OFFICIAL } from '../../src/swarm/github-stand-in.js';
import { Farm } from '../golden/farm.js';
import { ask, FORK, serviceOf } from './asking.js';

async function farmWith(keyValues: { key: string; value: unknown }[] = []): Promise<Farm> {
  const farm = await Farm.open({ users: [], workers: [], runs: [], keyValues }, Date.now());
  after(async () => {
    await farm.stop();
    await farm.remove();
  });
  return farm;
}

function fail(problem: string): void {
  throw new Error(problem);
}

/** What is put is compressed first, which takes a moment; then it is in the store. */
async function stored(farm: Farm, count: number): Promise<string[]> {
  for (;;) {
    await farm.drain();
    const sizes = await farm.reader.gitHubAnswerSizes();
    if (sizes.length === count) return sizes.map(({ key }) => key);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('a new service on the same store asks nothing again, also when GitHub is off', async () => {
  const farm = await farmWith();
  const { state, reader } = farm;
  const { standIn, service, master } = await ask({
    store: new StoredAnswers({ state, reader, onProblem: fail }),
  });
  const text = 'a line of some length\n'.repeat(1000);
  const head = standIn.repos.commit(FORK, { branch: 'long', message: 'Long', files: { 'long.txt': text } });
  const diff = await service.ask('diff', { repo: FORK, base: master, head });
  const commits = await service.ask('commits', { repo: OFFICIAL, branch: 'master' });
  await service.ask('commit', { repo: FORK, ref: 'long' });
  const keys = await stored(farm, 2);
  assert.deepEqual(keys.map((key) => key.split(' ')[0]).sort(), ['commits', 'diff']);
  const [size] = (await reader.gitHubAnswerSizes()).filter(({ key }) => key.startsWith('diff'));
  assert.ok(size!.bytes < text.length / 10, `a patch is kept compressed, in ${size!.bytes} bytes`);

  const asked = standIn.requests.length;
  const store = new StoredAnswers({ state, reader, onProblem: fail });
  const off = serviceOf(standIn, { isOn: false, store });
  assert.deepEqual(await off.ask('diff', { repo: OFFICIAL, base: master, head }), diff);
  const [known] = await off.known([{ kind: 'commits', about: { repo: OFFICIAL, branch: 'master' } }]);
  assert.deepEqual(known?.answer, commits);
  assert.equal(standIn.requests.length, asked);
});

test('an answer from the store is confirmed with its tag', async () => {
  const farm = await farmWith();
  const { state, reader } = farm;
  let now = Date.now();
  const store = () => new StoredAnswers({ state, reader, onProblem: fail, now: () => now });
  const { standIn, service } = await ask({ store: store(), now: () => now });
  const about = { repo: OFFICIAL, branch: 'master' };
  const commits = await service.ask('commits', about);
  const [key] = await stored(farm, 1);
  now += 3_600_000;
  const next = serviceOf(standIn, { store: store(), now: () => now });
  assert.deepEqual(await next.ask('commits', about), commits);
  assert.deepEqual(
    standIn.requests.map(({ status }) => status),
    [200, 304],
  );
  for (let at = 0; at !== now; at = (await reader.gitHubAnswers([key!]))[0]!.at) {
    await farm.drain();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
});

test('too many answers, too much of them, and what nobody wanted for a year go', async () => {
  const farm = await farmWith();
  const { state, reader } = farm;
  const DAY = 86_400_000;
  let now = 1000 * DAY;
  const put = async (bounds: { mostAnswers?: number; mostBytes?: number }, ...keys: string[]) => {
    for (const key of keys) {
      // The first that a process puts looks after the bounds.
      const store = new StoredAnswers({ state, reader, onProblem: fail, now: () => now, ...bounds });
      await store.put(key, { answer: 'x'.repeat(98), at: now }, JSON.stringify('x'.repeat(98)));
      await farm.drain();
      now += DAY;
    }
  };
  await put({}, 'a', 'b', 'c', 'd');
  await put({ mostAnswers: 3 }, 'e', 'f');
  assert.deepEqual(await stored(farm, 4), ['f', 'e', 'd', 'c']);
  await put({ mostBytes: 250 }, 'g');
  assert.deepEqual(await stored(farm, 3), ['g', 'f', 'e']);
  now += 401 * DAY;
  await put({}, 'h');
  assert.deepEqual(await stored(farm, 1), ['h']);
});

test('an answer that is looked at stays: its last use is noted once a day', async () => {
  const farm = await farmWith();
  const { state, reader } = farm;
  let now = 1000 * 86_400_000;
  const store = new StoredAnswers({ state, reader, onProblem: fail, now: () => now });
  await store.put('a', { answer: 1, at: now }, '1');
  await store.put('b', { answer: 2, at: now }, '2');
  assert.deepEqual(await stored(farm, 2), ['b', 'a']);
  now += 86_400_000;
  await store.find(['a']);
  assert.deepEqual(await stored(farm, 2), ['a', 'b']);
});

test("what fishtest's own server had found out is known, but for what may have changed", async () => {
  const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];
  const lru = [
    [['compare_sha', b, a], { merge_base_commit: { sha: c } }],
    [['_is_master', a], true],
    [['_is_master', b], false],
    ['odd'],
    [['compare_sha', a, 'short'], { merge_base_commit: { sha: c } }],
    [['compare_sha', a, c], null],
  ];
  const value = { version: 2, lru_cache: lru };
  const { state, reader } = await farmWith([{ key: 'github_api_cache', value }]);
  const { standIn } = await ask();
  const store = new StoredAnswers({ state, reader, onProblem: fail });
  const service = serviceOf(standIn, { isOn: false, store });
  const mergeBase = { repo: OFFICIAL, base: a, head: b };
  assert.equal(await service.ask('mergeBase', mergeBase), c);
  assert.equal(await service.ask('isInMaster', { sha: a }), true);
  await assert.rejects(service.ask('isInMaster', { sha: b }), /SHOAL_GITHUB=off/);
  await assert.rejects(service.ask('mergeBase', { ...mergeBase, head: c }), /SHOAL_GITHUB=off/);
});

test('a store that is away, full, or damaged costs calls, and is told', async () => {
  const farm = await farmWith();
  const problems: string[] = [];
  const onProblem = (problem: string) => problems.push(problem);
  const reader = {
    gitHubAnswers: () => Promise.reject(new Error('the store is away')),
    gitHubAnswerSizes: () => Promise.reject(new Error('the store is away')),
    keyValue: () => Promise.reject(new Error('the store is away')),
  };
  const away = new StoredAnswers({ state: farm.state, reader, onProblem });
  const { standIn, service, master } = await ask({ store: away });
  assert.equal(await service.ask('isInMaster', { sha: master }), true);
  assert.match(problems[0]!, /cannot be read: the store is away/);
  const [key] = await stored(farm, 1);

  const damaged = { key: key!, at: Date.now(), used: 0, etag: '', answer: Buffer.from([0x1f, 0x8b, 1]) };
  const { state } = farm;
  const odd = { ...reader, gitHubAnswers: async () => [damaged], keyValue: async () => undefined };
  const fresh = serviceOf(standIn, { store: new StoredAnswers({ state, reader: odd, onProblem }) });
  assert.equal(await fresh.ask('isInMaster', { sha: master }), true);
  assert.equal(standIn.count(/compare/), 2);
});
