/** Values that databases hold and JSON does not, or that a pattern of the reference passes (docs/spec/data-model.md §0). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  checkAction,
  checkBooks,
  checkRun,
  checkUser,
  checkWorker,
} from '../../src/protocol/check-document.js';
import { args, run, sprt } from './samples.js';

const withArgs = (changes: object) => ({ ...run(), args: { ...args(), ...changes } });
const user = (changes: object) => ({
  username: 'alice',
  password: 'secret',
  registration_time: 1767009600000,
  pending: false,
  blocked: false,
  email: 'alice@example.com',
  groups: [],
  tests_repo: '',
  machine_limit: 16,
  ...changes,
});
const worker = (changes: object) => ({
  worker_name: 'alice-8cores-abcd',
  blocked: true,
  message: '',
  last_updated: 1767009600000,
  ...changes,
});

test('booleans count as numbers in numeric members only, and the document stays as it was', () => {
  const odd = withArgs({ priority: true, threads: true, sprt: { ...sprt(), elo0: false } });
  assert.equal(checkRun(odd), undefined);
  assert.equal(odd.args.priority, true);
  assert.equal(checkUser(user({ machine_limit: true })), undefined);
  assert.match(checkUser(user({ email: true }))!, /email/);
  assert.match(checkRun({ ...run(), approved: 1 })!, /approved/);
  const book = { total: 1, white: true, black: false, min_depth: true, max_depth: null, sri: 'a'.repeat(64) };
  assert.equal(checkBooks({ 'a.epd': book }), undefined);
});

test('numbers may be NaN or infinite where only a number is wanted', () => {
  assert.equal(checkRun(withArgs({ priority: Number.NaN, throughput: Number.POSITIVE_INFINITY })), undefined);
  assert.match(checkRun(withArgs({ throughput: Number.NaN }))!, /throughput/);
  assert.match(checkRun(withArgs({ threads: Number.POSITIVE_INFINITY }))!, /threads/);
  assert.equal(checkUser(user({ machine_limit: 1e30 })), undefined);
});

test('digits of any script pass, and a dot is any character but a newline', () => {
  assert.equal(checkRun(withArgs({ tc: '\u0661\u0660+0.1', book_depth: '8\u0668' })), undefined);
  assert.match(checkRun(withArgs({ book_depth: '\u0668' }))!, /book_depth/);
  assert.equal(checkWorker(worker({ worker_name: 'a\u2028b-\u0668cores-abcd' })), undefined);
  assert.match(checkWorker(worker({ worker_name: 'a\nb-8cores-abcd' }))!, /worker_name/);
  const action = { _id: 'a'.repeat(24), time: 0, action: 'upload_nn', username: 'alice' };
  assert.equal(checkAction({ ...action, nn: 'nn-0123456789ab\u2028nnue' }), undefined);
  assert.match(checkAction({ ...action, nn: 'nn-0123456789ab\nnnue' })!, /nn/);
});

test('the addresses that can get mail pass', () => {
  const good = ['a@b.co', 'A+b@c.org', '\u00fc@c.com', 'a@b\u00fccher.de', `${'x'.repeat(64)}@b.com`];
  for (const email of good) assert.equal(checkUser(user({ email })), undefined, email);
  const bad = ['.a@b.com', 'a..b@c.com', 'a.@b.com', 'a@b..com', 'a@-b.com', 'a@b-.com', 'a@b', 'a@b_c.com'];
  const worse = [
    'a@1.2.3.4',
    'a@b.c1',
    'a@b.test',
    'a@b.local',
    `${'x'.repeat(65)}@b.com`,
    '"a b"@c.com',
    'a@b.com.',
  ];
  for (const email of [...bad, ...worse]) assert.notEqual(checkUser(user({ email })), undefined, email);
});
