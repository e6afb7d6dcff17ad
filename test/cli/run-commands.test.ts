/** `shoal run …`: what is sent for a run that is there, and how runs are shown. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSite, type Site } from './harness.js';

const SHA = 'a'.repeat(40);
const BASE_SHA = 'b'.repeat(40);
const COMMITS = [
  '--resolved-new',
  SHA,
  '--resolved-base',
  BASE_SHA,
  '--new-signature',
  '123',
  '--base-signature',
  '456',
];
const BASICS = ['--branch', 'idea', '--username', 'alice', '--info', 'Prune more', ...COMMITS];

let site: Site;
before(async () => {
  site = await openSite();
});
after(() => site.close());

/** A run in the service, by the command. */
async function makeRun(): Promise<string> {
  const { out } = await site.shoal('run', 'add', '--preset', 'STC', ...BASICS, '--json');
  return JSON.parse(out).run.id;
}

test('approve, stop, purge, priority and delete name the run and who acts', async () => {
  const id = await makeRun();
  const sent = async (...args: string[]): Promise<unknown> => {
    const { code, err } = await site.shoal('run', ...args);
    assert.equal(code, 0, err);
    return site.service.last();
  };
  assert.deepEqual(await sent('approve', id, '--by', 'bob'), ['runApprove', { id, approver: 'bob' }]);
  assert.deepEqual(await sent('priority', id, '2', '--throughput', '200'), [
    'runPriority',
    { id, priority: 2, throughput: 200 },
  ]);
  assert.deepEqual(await sent('priority', '--', id, '-3'), ['runPriority', { id, priority: -3 }]);
  assert.equal((await site.shoal('run', 'purge', id)).code, 1);
  assert.deepEqual(await sent('stop', id.toUpperCase(), '--by', 'bob'), ['runStop', { id, by: 'bob' }]);
  assert.deepEqual(await sent('unstop', id, '--by', 'bob'), ['runUnstop', { id, by: 'bob' }]);
  assert.deepEqual(await sent('stop', id, '--reason', 'wrong branch'), [
    'runStop',
    { id, reason: 'wrong branch' },
  ]);
  assert.deepEqual(await sent('purge', id, '--p', '0.05', '--res', '4'), [
    'runPurge',
    { id, p: 0.05, res: 4 },
  ]);
  assert.match((await site.shoal('run', 'purge', id)).out, /\nnothing purged: no bad workers\n$/);
  assert.deepEqual(await sent('delete', id), ['runDelete', { id }]);
  assert.match((await site.shoal('run', 'approve', id, '--by', 'bob')).err, /approved already/);
  assert.equal((await site.shoal('run', 'approve', id)).code, 2);
  assert.equal((await site.shoal('run', 'stop', 'abc')).code, 2);
  assert.equal((await site.shoal('run', 'stop', '0'.repeat(24))).code, 1);
});

test('run show tells results, LLR with its bounds, Elo with its interval and the workers', async () => {
  const id = await makeRun();
  const run = site.service.runs.get(id)!;
  run.results = {
    wins: 30,
    losses: 20,
    draws: 50,
    crashes: 1,
    time_losses: 2,
    pentanomial: [1, 9, 24, 11, 5],
  };
  run.args.sprt!.llr = 1.005;
  run.args.info = 'Prune \u001b[31mmore\nnow';
  const { out } = await site.shoal('run', 'show', id);
  for (const line of [
    /^state {9}pending, not approved$/m,
    /^info {10}Prune {2}\[31mmore now$/m,
    /^games {9}100 of 800000, 42\.5 each minute$/m,
    /^result {8}W 30 L 20 D 50$/m,
    /^pentanomial {3}1 9 24 11 5$/m,
    /^LLR {11}1\.00 \[-2\.94, 2\.94\] <0, 2>$/m,
    /^Elo {11}1\.23 \[-0\.50, 2\.97\], LOS 91\.7 %$/m,
    /^tasks {9}12, 1 active, 2 bad$/m,
    /^alice-8cores-a1b2c3-5a28\* {5}3 {6}8 {3}812 {2}16\/408 {2}NO /m,
  ]) {
    assert.match(out, line);
  }
  const answer = JSON.parse((await site.shoal('run', 'show', id, '--json')).out);
  assert.deepEqual(answer.run.args, run.args);
});

test('run list filters by state', async () => {
  site.service.runs.clear();
  assert.match((await site.shoal('run', 'list')).out, /^no runs: make one with "shoal run add"/);
  const id = await makeRun();
  assert.match(
    (await site.shoal('run', 'list')).out,
    new RegExp(`^ID .*RESULT\n${id}  pending  alice  idea `),
  );
  assert.equal((await site.shoal('run', 'list', '--state', 'active')).out, 'no such runs\n');
  const args = ['--state', 'pending', '--username', 'alice', '--limit', '5', '--json'];
  assert.equal(JSON.parse((await site.shoal('run', 'list', ...args)).out).runs[0].id, id);
  assert.deepEqual(site.service.last(), ['runList', { state: 'pending', username: 'alice', limit: 5 }]);
  assert.equal((await site.shoal('run', 'list', '--state', 'strange')).code, 2);
});
