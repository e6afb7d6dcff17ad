/** `shoal run add`: the form it makes of presets, files and options. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { NewRunForm } from '../../src/protocol/admin.js';
import { type Outcome, openSite, type Site } from './harness.js';

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

async function add(...args: string[]): Promise<Outcome> {
  return site.shoal('run', 'add', ...args);
}

function sentForm(): NewRunForm {
  const [verb, request] = site.service.last()!;
  assert.equal(verb, 'runAdd');
  return (request as { form: NewRunForm }).form;
}

/** A run in the service, by the command. */
async function makeRun(...args: string[]): Promise<string> {
  const { out, err } = await add('--preset', 'STC', ...BASICS, '--json', ...args);
  return (JSON.parse(out || `{"run":${JSON.stringify(err)}}`) as { run: { id: string } }).run.id;
}

test('a preset with commits makes a run', async () => {
  const { code, out } = await add('--preset', 'ltc smp', ...BASICS);
  assert.equal(code, 0);
  assert.deepEqual(site.service.last(), [
    'runAdd',
    {
      form: {
        new_tag: 'idea',
        base_tag: 'master',
        username: 'alice',
        resolved_new: SHA,
        resolved_base: BASE_SHA,
        new_signature: '123',
        base_signature: '456',
        info: 'Prune more',
        tc: '20+0.2',
        threads: 8,
        new_options: 'Hash=256',
        base_options: 'Hash=256',
        throughput: 100,
        auto_purge: false,
        book: 'UHO_Lichess_4852_v1.epd',
        book_depth: '8',
        sprt: { elo0: 0.5, elo1: 2.5 },
      },
    },
  ]);
  assert.match(out, /^[0-9a-f]{24} idea by alice: pending, LLR 0\.00 \[-2\.94, 2\.94\] <0\.5, 2\.5>\n$/);
});

test('every option reaches the form', async () => {
  const { code, err } = await add(
    ...['--new-tag', 'x', '--base-tag', 'y', '--username', 'alice', ...COMMITS, '--games', '2000'],
    ...[
      '--tc',
      '10+0.1',
      '--new-tc',
      '5+0.05',
      '--threads',
      '2',
      '--options',
      'Hash=32',
      '--base-options',
      'Hash=8',
    ],
    ...[
      '--new-nets',
      'nn-0123456789ab.nnue, nn-0123456789ac.nnue',
      '--base-nets',
      '',
      '--msg-new',
      'm',
      '--msg-base',
      'n',
    ],
    ...['--tests-repo', 'https://github.com/a/b', '--master-repo', 'https://github.com/c/d', '--info', 'i'],
    ...[
      '--book',
      'b.pgn',
      '--book-depth',
      '4',
      '--priority',
      '-2',
      '--throughput',
      '50',
      '--arch-filter',
      'avx',
    ],
    ...['--compiler', 'g++', '--auto-purge', '--no-adjudication', '--approve-by', 'bob'],
  );
  assert.equal(code, 0, err);
  const [, request] = site.service.last()!;
  assert.deepEqual(request, {
    approve_by: 'bob',
    form: {
      new_tag: 'x',
      base_tag: 'y',
      username: 'alice',
      resolved_new: SHA,
      resolved_base: BASE_SHA,
      new_signature: '123',
      base_signature: '456',
      num_games: 2000,
      tc: '10+0.1',
      new_tc: '5+0.05',
      threads: 2,
      new_options: 'Hash=32',
      base_options: 'Hash=8',
      new_nets: ['nn-0123456789ab.nnue', 'nn-0123456789ac.nnue'],
      base_nets: [],
      msg_new: 'm',
      msg_base: 'n',
      tests_repo: 'https://github.com/a/b',
      master_repo: 'https://github.com/c/d',
      info: 'i',
      book: 'b.pgn',
      book_depth: '4',
      priority: -2,
      throughput: 50,
      arch_filter: 'avx',
      compiler: 'g++',
      auto_purge: true,
      adjudication: false,
    },
  });
});

test('--sprt, --games and --spsa each replace the stop rule of a preset', async () => {
  await add('--preset', 'STC', ...BASICS, '--sprt=-1.75,0.25');
  assert.deepEqual(sentForm().sprt, { elo0: -1.75, elo1: 0.25 });
  await add('--preset', 'STC', ...BASICS, '--games', '4000');
  assert.deepEqual([sentForm().sprt, sentForm().num_games], [undefined, 4000]);
  await add('--preset', 'PT', ...BASICS, '--sprt', '0,2');
  assert.deepEqual([sentForm().base_tag, sentForm().num_games], ['SF_18', undefined]);
  const file = join(site.data, 'params.txt');
  await writeFile(file, 'razor,500,0,1000,20,0.002\n');
  const tune = ['--games', '4000', '--spsa-A', '0.2', '--spsa-alpha', '0.6', '--spsa-gamma', '0.1'];
  const { out } = await add('--preset', 'STC', ...BASICS, '--spsa', file, ...tune);
  assert.match(out, /SPSA 0\/2000\n$/);
  const spsa = { raw_params: 'razor,500,0,1000,20,0.002\n', A_ratio: 0.2, alpha: 0.6, gamma: 0.1 };
  assert.deepEqual([sentForm().spsa, sentForm().sprt, sentForm().num_games], [spsa, undefined, 4000]);
  await add('--preset', 'STC', ...BASICS, '--spsa', 'a,1,0,2,1,0.1', '--games', '4000');
  assert.deepEqual(sentForm().spsa, { raw_params: 'a,1,0,2,1,0.1' });
});

test('--from takes the run that show --json printed, and options override it', async () => {
  const id = await makeRun();
  const file = join(site.data, 'run.json');
  await writeFile(file, (await site.shoal('run', 'show', id, '--json')).out);
  const first = site.service.runs.get(id)!.args;
  const { out, code } = await add('--from', file, '--priority', '3', '--json');
  assert.equal(code, 0);
  const second = site.service.runs.get(JSON.parse(out).run.id)!.args;
  assert.deepEqual(second, { ...first, priority: 3 });
});

test('--from turns the A of a stored tune into a ratio again', async () => {
  const params = ['--spsa', 'a,1,0,2,1,0.1', '--games', '10000', '--spsa-A', '0.15'];
  const id = await makeRun(...params);
  const { args } = site.service.runs.get(id)!;
  assert.equal(args.spsa?.A, 750);
  const file = join(site.data, 'tune.json');
  await writeFile(file, JSON.stringify({ args }));
  await add('--from', file);
  assert.deepEqual(sentForm().spsa, {
    A_ratio: 0.15,
    alpha: 0.602,
    gamma: 0.101,
    raw_params: 'a,1,0,2,1,0.1',
  });
  await add('--from', file, '--games', '20000');
  assert.deepEqual([sentForm().num_games, sentForm().spsa?.A_ratio], [20_000, 0.15]);
});

test('the server lists everything that is wrong with a form', async () => {
  const { code, err } = await add('--games', '1500');
  assert.equal(code, 1);
  for (const word of ['num_games', 'new_tag', 'info', 'username', 'tc', 'resolved_new', 'new_signature']) {
    assert.match(err, new RegExp(`\\b${word}\\b`));
  }
  assert.equal((await add('--preset', 'STC', ...BASICS, '--approve-by', 'alice')).code, 1);
});

test('options that make no sense are wrong usage and reach no server', async () => {
  const seen = site.service.requests.length;
  const broken = join(site.data, 'broken.json');
  await writeFile(broken, '{"new_tag": ');
  const strange = join(site.data, 'strange.json');
  await writeFile(strange, '{"new_tog": "x"}');
  for (const args of [
    ['--preset', 'blitz'],
    ['--sprt', '0'],
    ['--sprt', '0,x'],
    ['--sprt', '0x0,0x2'],
    ['--spsa', 'a,1,0,2,1,0', '--games', '1000', '--spsa-alpha', ' 1'],
    ['--sprt', '0,2', '--games', '1000'],
    ['--games', '1e3'],
    ['--threads', '-1'],
    ['--compiler', 'icc'],
    ['--branch', 'a', '--new-tag', 'b'],
    ['--spsa-A', '0.1'],
    ['--spsa', join(site.data, 'missing.txt')],
    ['--from', join(site.data, 'missing.json')],
    ['--from', broken],
    ['--from', strange],
    ['--wrong'],
    ['surplus'],
  ]) {
    const { code, err } = await add(...args);
    assert.equal(code, 2, args.join(' '));
    assert.notEqual(err, '');
  }
  assert.equal(site.service.requests.length, seen);
});
