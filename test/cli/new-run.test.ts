/** buildRun: the rules for making a run (docs/spec/data-model.md §2.6) that need no GitHub. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PRESET_NAMES, presetNamed } from '../../src/cli/commands/presets.js';
import { OperationRefused } from '../../src/operations/refusal.js';
import { buildRun } from '../../src/operations/run/new-run.js';
import type { NewRunForm } from '../../src/protocol/admin.js';
import { tcRatio } from '../../src/rules/game-time.js';
import { newRunMessage } from '../../src/rules/new-run-message.js';

const NOW = 1_767_225_600_000;
const ID = '0123456789abcdef01234567';
const FORM: NewRunForm = {
  new_tag: 'idea',
  base_tag: 'master',
  username: 'alice',
  resolved_new: 'a'.repeat(40),
  resolved_base: 'b'.repeat(40),
  new_signature: '123456',
  base_signature: '654321',
  tc: '10+0.1',
  new_options: 'Hash=16',
  info: 'Prune more',
  sprt: { elo0: 0, elo1: 2 },
};

/** The form without its stop rule. */
const { sprt: _, ...GAMES } = FORM;

function problems(change: Partial<NewRunForm>, form: NewRunForm = FORM, id = ID): readonly string[] {
  try {
    buildRun({ ...form, ...change }, NOW, id);
    return [];
  } catch (error) {
    if (!(error instanceof OperationRefused)) throw error;
    return error.problems;
  }
}

test('a run in full', () => {
  assert.deepEqual(buildRun(FORM, NOW, ID), {
    _id: ID,
    version: 24,
    start_time: NOW,
    last_updated: NOW,
    tc_base: 10,
    approved: false,
    approver: '',
    finished: false,
    deleted: false,
    failed: false,
    failures: 0,
    is_green: false,
    is_yellow: false,
    workers: 0,
    cores: 0,
    committed_games: 0,
    total_games: 0,
    results: { wins: 0, losses: 0, draws: 0, crashes: 0, time_losses: 0, pentanomial: [0, 0, 0, 0, 0] },
    nps: 0,
    games_per_minute: 0,
    args: {
      base_tag: 'master',
      new_tag: 'idea',
      base_nets: [],
      new_nets: [],
      num_games: 800_000,
      tc: '10+0.1',
      new_tc: '10+0.1',
      book: 'UHO_Lichess_4852_v1.epd',
      book_depth: '8',
      threads: 1,
      resolved_base: 'b'.repeat(40),
      resolved_new: 'a'.repeat(40),
      msg_base: '',
      msg_new: '',
      base_options: 'Hash=16',
      new_options: 'Hash=16',
      info: 'Prune more',
      base_signature: '654321',
      new_signature: '123456',
      username: 'alice',
      tests_repo: 'https://github.com/official-stockfish/Stockfish',
      auto_purge: false,
      adjudication: true,
      throughput: 100,
      itp: 100,
      priority: 0,
      sprt: {
        alpha: 0.05,
        beta: 0.05,
        elo0: 0,
        elo1: 2,
        elo_model: 'normalized',
        state: '',
        llr: 0,
        batch_size: 16,
        lower_bound: -Math.log(19),
        upper_bound: Math.log(19),
        overshoot: { last_update: 0, skipped_updates: 0, ref0: 0, m0: 0, sq0: 0, ref1: 0, m1: 0, sq1: 0 },
      },
    },
    tasks: [],
    bad_tasks: [],
  } satisfies typeof run);
});
const run = buildRun(FORM, NOW, ID);

test('the batch of an SPRT is max(1, floor(0.5 + 16 / tc_ratio)) pairs', () => {
  const seconds = fc.integer({ min: 1, max: 600 });
  const hundredths = fc.integer({ min: 0, max: 600 });
  fc.assert(
    fc.property(seconds, hundredths, fc.integer({ min: 1, max: 64 }), (base, increment, threads) => {
      const tc = `${base}+${increment / 100}`;
      const { args } = buildRun({ ...FORM, tc, threads }, NOW, ID);
      assert.equal(args.sprt?.batch_size, Math.max(1, Math.floor(0.5 + 16 / tcRatio(tc, threads))));
      assert.equal(args.num_games, 800_000);
      assert.equal(args.info.startsWith('LTC: '), tcRatio(tc, threads) > 4);
    }),
  );
});

test('games that are fixed are multiples of 1000 from 1000 to 3200000', () => {
  const any = fc.oneof(
    fc.integer({ min: -5_000, max: 4_000_000 }),
    fc.nat(3_300).map((n) => n * 1_000),
  );
  fc.assert(
    fc.property(any, (num_games) => {
      const fine = num_games >= 1_000 && num_games <= 3_200_000 && num_games % 1_000 === 0;
      assert.equal(problems({ num_games }, GAMES).length === 0, fine);
    }),
  );
  assert.equal(problems({}, GAMES).length, 1);
  assert.equal(problems({ num_games: 2_000 }).length, 1);
  assert.deepEqual(problems({ num_games: 800_000 }), []);
});

test('an LTC SPRT is marked once, a run of fixed games never', () => {
  const info = (form: NewRunForm): string => buildRun(form, NOW, ID).args.info;
  assert.equal(info({ ...FORM, tc: '60+0.6' }), 'LTC: Prune more');
  assert.equal(info({ ...FORM, tc: '60+0.6', info: 'LTC: again' }), 'LTC: again');
  assert.equal(info({ ...GAMES, tc: '60+0.6', num_games: 1_000 }), 'Prune more');
});

test('an SPSA tune has its constants, and the tested signature on both sides', () => {
  const spsa = { raw_params: 'razor,500,0,1000,20,0.002' };
  const { args } = buildRun({ ...GAMES, num_games: 10_000, spsa }, NOW, ID);
  assert.equal(args.base_signature, '123456');
  assert.equal(args.sprt, undefined);
  const { params, ...settings } = args.spsa!;
  assert.deepEqual(settings, {
    algorithm: 'classic',
    A: 500,
    alpha: 0.602,
    gamma: 0.101,
    iter: 0,
    num_iter: 5_000,
    ...spsa,
  });
  assert.equal(params[0]?.c, 20 * 5_000 ** 0.101);
  assert.equal(problems({ spsa }).length, 1);
  for (const raw_params of ['', 'a,1,2', 'a,1,0,2,0,1', 'a,1,0,2,x,1']) {
    assert.equal(problems({ num_games: 10_000, spsa: { raw_params } }, GAMES).length, 1, raw_params);
  }
  for (const change of [
    { A_ratio: -1 },
    { A_ratio: 1e308 },
    { A_ratio: 10.01 },
    { alpha: -1 },
    { alpha: 11 },
    { gamma: Number.NaN },
    { gamma: 1e10 },
  ]) {
    const found = problems({ num_games: 10_000, spsa: { ...spsa, ...change } }, GAMES);
    assert.equal(found.length, 1);
    assert.match(found[0]!, /must be from 0 to 10/);
  }
  assert.deepEqual(
    problems({ num_games: 10_000, spsa: { ...spsa, A_ratio: 10, alpha: 0, gamma: 1.5 } }, GAMES),
    [],
  );
});

test('each wrong member is one problem, named', () => {
  const wrong: Record<string, unknown[]> = {
    new_tag: ['', ' '],
    base_tag: [''],
    username: ['', 'a', 'a b', 'a/b'],
    info: ['', '  '],
    tc: [
      '',
      'x',
      '10+',
      '+1',
      '0/10',
      '10+0.1 ',
      '-1',
      '1e3',
      '0',
      '0+0',
      '9'.repeat(400),
      '9'.repeat(38),
      '604800',
      '10/99999',
    ],
    new_tc: ['abc', '0+0', '99999999+1'],
    resolved_new: ['', 'A'.repeat(40), 'a'.repeat(39), `${'a'.repeat(40)}\n`],
    resolved_base: ['g'.repeat(40)],
    new_signature: ['', '0', '012', '1.5', 'x', '9'.repeat(21)],
    base_signature: [undefined, ''],
    book_depth: ['0', '', '10000', '99999999999999999999'],
    new_options: [
      'Hash',
      'Hash=1  X=2',
      'a=b=c',
      '=1',
      'Hash=',
      'Häsh=1',
      ' Hash=1',
      'Hash=1048577',
      `Hash=${'9'.repeat(400)}`,
      'Hash=16 Hash=99999999',
      'hash=99999999',
      'HASH=16',
      'Hash=-1',
      'Hash=0x10',
      'Hash=1e9',
      'xHash=99999999',
    ],
    new_nets: [['nn-0123456789ab.nnue', 'nn-0123456789ab.nnue'], ['net.nnue'], ['nn-0123456789AB.nnue']],
    book: ['book.zip', '../book.epd', '.epd', 'a\nb.pgn'],
    tests_repo: [
      'http://github.com/a/b',
      'https://gitlab.com/a/b',
      'https://github.com/a',
      'https://github.com/a/b/c',
      'https://github.com/../..',
      'https://github.com/a/.',
    ],
    master_repo: ['https://github.com/a/b?x'],
    threads: [0, -1],
    throughput: [-1],
    compiler: ['icc'],
    arch_filter: ['(', 'no such architecture', '(?<=a)b', 'x'.repeat(2_000)],
    sprt: [
      { elo0: 2, elo1: 2 },
      { elo0: 2, elo1: 0 },
      { elo0: 0, elo1: 1e-9 },
    ],
    rescheduled_from: ['', 'xyz'],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      // Options and time control of the other side are given, since they are taken from this side otherwise.
      const found = problems({ base_options: 'Hash=1', new_tc: '1+1', [name]: value });
      assert.equal(found.length, 1, `${name} ${JSON.stringify(value)}: ${found.join('; ')}`);
      assert.match(
        found[0]!,
        new RegExp(name === 'sprt' ? 'elo0' : name === 'rescheduled_from' ? 'run id' : name),
      );
    }
  }
  assert.ok(problems({ new_tag: '', tc: 'x', threads: 0, new_signature: '' }).length >= 4);
  assert.equal(problems({}, FORM, 'xyz').length, 1);
});

test('what is blank or usual is left out or filled in', () => {
  const { args } = buildRun(
    {
      ...FORM,
      info: ' ',
      msg_new: 'From the commit',
      arch_filter: '',
      compiler: '',
      tests_repo: 'https://github.com/alice/engine//',
      master_repo: 'https://github.com/official-stockfish/Stockfish/',
    },
    NOW,
    ID,
  );
  assert.equal(args.info, 'From the commit');
  assert.equal(args.tests_repo, 'https://github.com/alice/engine');
  for (const name of ['arch_filter', 'compiler', 'master_repo']) assert.equal(name in args, false);
  const filtered = buildRun(
    { ...FORM, arch_filter: 'avx', master_repo: 'https://github.com/c/d' },
    NOW,
    ID,
  ).args;
  assert.deepEqual([filtered.arch_filter, filtered.master_repo], ['avx', 'https://github.com/c/d']);
});

test('the event of a new run says what is played', () => {
  const message = (form: object) => newRunMessage(buildRun({ ...FORM, ...form } as NewRunForm, NOW, ID).args);
  const book = 'Book:UHO_Lichess_4852_v1.epd';
  assert.equal(message({}), `SPRT<0.00,2.00> TC:10+0.1 ${book} Threads:1 Hash:16/16`);
  const odds = { tc: '60+0.6', new_tc: '30+0.3', threads: 8, base_options: 'Move=1' };
  assert.equal(
    message({ ...GAMES, ...odds, sprt: undefined, num_games: 2000 }),
    `NumGames[2000] TC:60+0.6[30+0.3](LTC) ${book} Threads:8(SMP) Hash:0/16`,
  );
  const spsa = { raw_params: 'razor,500,0,1000,20,0.002' };
  assert.match(message({ sprt: undefined, spsa, num_games: 4000 }), /^SPSA\[4000\] TC/);
  const release = { ...presetNamed('PT'), sprt: undefined };
  assert.match(message(release), /^NumGames\[60000\]\(PT:SF_18\) TC:60\+0\.6\(LTC\) Book/);
});

test('the leading number of the time control is tc_base', () => {
  const base = (tc: string): number => buildRun({ ...FORM, tc }, NOW, ID).tc_base;
  assert.deepEqual(['60+0.6', '40/10', '2.5'].map(base), [60, 40, 2.5]);
});

test('every preset makes a run', () => {
  for (const name of PRESET_NAMES) {
    const { args } = buildRun(
      { ...FORM, ...GAMES, sprt: undefined, ...presetNamed(name) } as NewRunForm,
      NOW,
      ID,
    );
    assert.equal(args.sprt === undefined, name.startsWith('PT'), name);
  }
});
