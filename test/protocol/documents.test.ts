/** Schemas of stored documents: docs/spec/data-model.md. The recorded decisions cover the rest (test/golden). */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  ActionDocument,
  ActionKind,
  BookMetadata,
  NetDocument,
  PgnDocument,
  RunDocument,
  UserDocument,
  WorkerDocument,
  WorkerInfo,
} from '../../src/model/documents.js';
import type { actionSchemas } from '../../src/protocol/action-schema.js';
import {
  checkAction,
  checkBooks,
  checkNet,
  checkPgn,
  checkRun,
  checkUser,
  checkWorker,
} from '../../src/protocol/check-document.js';
import type {
  booksSchema,
  netSchema,
  pgnSchema,
  userSchema,
  workerSchema,
} from '../../src/protocol/record-schemas.js';
import type { WorkerRequest } from '../../src/protocol/request.js';
import type { runSchema } from '../../src/protocol/run-schema.js';
import type { Static } from '../../src/protocol/typebox.js';
import { args, run, sprt, stats, task } from './samples.js';

/** Compiles only if whatever obeys the schema is a document as the rest of the server sees it. */
type Agrees<Narrow extends Wide, Wide> = [Narrow, Wide];
export type DocumentsAgreeWithSchemas = [
  Agrees<Static<typeof runSchema>, Omit<RunDocument, '_id'>>,
  Agrees<Static<typeof userSchema>, UserDocument>,
  Agrees<Static<typeof workerSchema>, WorkerDocument>,
  Agrees<Static<typeof pgnSchema>, PgnDocument>,
  Agrees<Static<typeof netSchema>, NetDocument>,
  Agrees<Static<typeof booksSchema>, Record<string, BookMetadata>>,
  Agrees<WorkerRequest['worker_info'], WorkerInfo>,
  Agrees<Static<(typeof actionSchemas)[ActionKind]>, ActionDocument>,
  Agrees<ActionKind, keyof typeof actionSchemas>,
];

const NOW = 1767009600000;
const ID = 'af3df85fe05ab42e4493faac';
const accepts = (problem: string | undefined) => assert.equal(problem, undefined);

test('a run obeys its schema, with or without an id', () => {
  accepts(checkRun(run()));
  const { _id, ...fresh } = run();
  assert.equal(_id, ID);
  accepts(checkRun(fresh));
});

test('the sums of a run must be those of its tasks', () => {
  for (const name of ['workers', 'cores', 'committed_games', 'total_games']) {
    assert.match(checkRun({ ...run(), [name]: 3 })!, new RegExp(`^run: ${name} is 3 but its tasks say `));
  }
  assert.match(checkRun({ ...run(), results: { ...stats(), crashes: 1 } })!, /results\.crashes/);
  const swapped = { ...stats(), draws: 61, wins: 22, losses: 23 };
  assert.notEqual(checkRun({ ...run(), results: swapped }), undefined);
});

test('flags must follow from the state', () => {
  const rejected: [Record<string, unknown>, RegExp][] = [
    [{ approved: false }, /approver/],
    [{ approver: '' }, /approver/],
    [{ is_green: true, is_yellow: true }, /exclude each other/],
    [{ is_green: true }, /is_green/],
    [{ failed: true, failures: 0 }, /failures/],
    [{ failed: true, failures: 1 }, /finished is false but failed/],
    [{ deleted: true }, /finished is false but deleted/],
    [{ finished: true }, /finished is true but workers is 1/],
    [{ args: { ...args(), num_games: 100 } }, /decide the run/],
    [{ args: { ...args(), sprt: { ...sprt(), state: 'accepted' } } }, /decide the run/],
  ];
  for (const [change, why] of rejected) assert.match(checkRun({ ...run(), ...change })!, why);
});

test('a finished run is green or yellow as its results say', () => {
  const idle = { workers: 0, cores: 0, committed_games: 106, tasks: [{ ...task(), active: false }] };
  const { sprt: test, ...fixed } = args();
  const finished = { ...run(), ...idle, finished: true };
  const accepted = { ...fixed, sprt: { ...(test as object), state: 'accepted' } };
  accepts(checkRun({ ...finished, args: accepted, is_green: true }));
  assert.match(checkRun({ ...finished, args: accepted })!, /is_green is false/);
  // A fixed-length test that lost one game more than it won is undecided: neither flag.
  accepts(checkRun({ ...finished, args: fixed }));
});

test('args hold at most one stop rule, and an SPRT one kind of correction', () => {
  const spsa = { A: 1, alpha: 0.6, gamma: 0.1, raw_params: '', iter: 0, num_iter: 10, params: [] };
  const { sprt: test, ...fixed } = args();
  accepts(checkRun({ ...run(), args: { ...fixed, spsa } }));
  assert.match(checkRun({ ...run(), args: { ...fixed, spsa, sprt: test } })!, /at most one/);
  const { overshoot, ...plain } = sprt();
  assert.notEqual(overshoot, undefined);
  accepts(checkRun({ ...run(), args: { ...args(), sprt: { ...plain, lost_samples: 3 } } }));
  assert.match(checkRun({ ...run(), args: { ...args(), sprt: plain } })!, /exactly one/);
  assert.match(
    checkRun({ ...run(), args: { ...args(), sprt: { ...sprt(), lost_samples: 3 } } })!,
    /exactly one/,
  );
});

test('a bad task is inactive and empty, a task with SPSA flips is active', () => {
  const flips = { spsa_params: { iter: 1, packed_flips: new Uint8Array(2) } };
  accepts(checkRun({ ...run(), tasks: [{ ...task(), ...flips }] }));
  assert.match(
    checkRun({ ...run(), tasks: [{ ...task(), ...flips, active: false }] })!,
    /run\['tasks'\]\[0\]/,
  );
  assert.match(checkRun({ ...run(), tasks: [{ ...task(), bad: true }] })!, /run\['tasks'\]\[0\]/);
  const purged = {
    ...task(),
    active: false,
    bad: true,
    task_id: 0,
    residual: Infinity,
    residual_color: 'red',
  };
  accepts(checkRun({ ...run(), bad_tasks: [purged] }));
  assert.match(checkRun({ ...run(), bad_tasks: [{ ...purged, residual: 'x' }] })!, /residual/);
  assert.match(checkRun({ ...run(), bad_tasks: [{ ...purged, ...flips }] })!, /not in the schema/);
});

test('actions have the members of their kind', () => {
  const head = { _id: ID, time: 1767268800.5, username: 'alice' };
  const where = { run_id: ID, run: 'branch-0a1b2c3' };
  const worker = 'alice-8cores-abcd1234-12ef';
  accepts(checkAction({ ...head, action: 'stop_run', ...where, message: '' }));
  accepts(checkAction({ ...head, action: 'stop_run', ...where, message: '', worker, task_id: 0 }));
  accepts(checkAction({ ...head, action: 'worker_log', worker, message: 'x', ...where, task_id: 1 }));
  accepts(checkAction({ ...head, action: 'system_event', username: 'fishtest.system', message: '' }));
  const rejected = [
    { action: 'stop_run', ...where, message: '', worker },
    { action: 'worker_log', worker, message: '', run_id: ID },
    { action: 'worker_log', worker, message: '', task_id: 1 },
    { action: 'system_event', message: '' },
    { action: 'log_message', message: 'x'.repeat(5121) },
    { action: 'delete_run', run_id: ID, run: `${'x'.repeat(24)}-0a1b2c3` },
    { action: 'toString' },
    {},
  ];
  for (const action of rejected) assert.notEqual(checkAction({ ...head, ...action }), undefined);
  accepts(checkAction({ ...head, action: 'log_message', message: '😀'.repeat(5120) }));
});

test('a user has an address, distinct groups and a password of either form', () => {
  const user = {
    username: 'alice',
    password: 'p',
    registration_time: NOW,
    pending: false,
    blocked: false,
    email: 'alice@example.org',
    groups: ['group:approvers'],
    tests_repo: '',
    machine_limit: 16,
  };
  accepts(checkUser(user));
  accepts(checkUser({ ...user, password: `$scrypt$ln=15,r=8,p=1$${'A'.repeat(22)}$${'B'.repeat(43)}` }));
  assert.notEqual(checkUser({ ...user, password: 'x'.repeat(73) }), undefined);
  assert.notEqual(checkUser({ ...user, groups: ['a', 'a'] }), undefined);
  for (const email of [
    '',
    'a',
    'a@b',
    '.a@b.com',
    'a@b..com',
    'a@-b.com',
    'a@b-.com',
    'a b@c.com',
    'a@@b.com',
  ]) {
    assert.notEqual(checkUser({ ...user, email }), undefined, email);
  }
  // A pattern that tries every way to split it would not come back.
  assert.notEqual(checkUser({ ...user, email: `${'a.'.repeat(100)}@${'a-'.repeat(60)}` }), undefined);
});

test('a network has both tests in order, or none', () => {
  const net = { name: 'nn-0123456789ab.nnue', user: 'alice', downloads: 0 };
  const [first, last] = [
    { id: ID, date: NOW },
    { id: ID, date: NOW + 1 },
  ];
  accepts(checkNet(net));
  accepts(checkNet({ ...net, first_test: first, last_test: last, is_master: true }));
  assert.notEqual(checkNet({ ...net, first_test: last, last_test: first }), undefined);
  assert.notEqual(checkNet({ ...net, first_test: first }), undefined);
  assert.notEqual(checkNet({ ...net, is_master: true }), undefined);
});

test('worker names, PGNs and books', () => {
  const worker = { worker_name: 'alice-8cores-abcd1234', blocked: true, message: '', last_updated: NOW };
  accepts(checkWorker(worker));
  assert.notEqual(checkWorker({ ...worker, message: 'x'.repeat(501) }), undefined);
  const pgn = { run_id: `${ID}-0`, pgn_zip: Uint8Array.of(0x1f, 0x8b), size: 2 };
  accepts(checkPgn(pgn));
  assert.notEqual(checkPgn({ ...pgn, size: 3 }), undefined);
  assert.notEqual(checkPgn({ ...pgn, pgn_zip: Uint8Array.of(0x1f, 0) }), undefined);
  const book = {
    total: 4,
    white: 2,
    black: 2,
    min_depth: 8,
    max_depth: null,
    sri: `sha384-${'A'.repeat(64)}`,
  };
  accepts(checkBooks({ 'a.epd': book, 'b.pgn': book }));
  assert.match(checkBooks({ 'a.epd': { ...book, total: 5 } })!, /books\['a\.epd'\]/);
  assert.notEqual(checkBooks({ 'a.txt': book }), undefined);
});
