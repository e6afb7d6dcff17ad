/** The access schema, the full schema and their error texts: docs/spec/worker-api.md §2. */

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { setLegacyUsernames, WORKER_ARCHS } from '../../src/protocol/configured-names.js';
import { checkAccess, checkRequest, normaliseRequest } from '../../src/protocol/request.js';
import { fullRequest, stats, workerInfo } from './samples.js';

afterEach(() => {
  setLegacyUsernames([]);
});

const withInfo = (changes: Record<string, unknown>) => ({
  password: 'x',
  worker_info: { ...workerInfo(), ...changes },
});
const withMember = (changes: Record<string, unknown>) => ({ ...fullRequest(), ...changes });

test('the access schema looks at password and username only', () => {
  assert.equal(
    checkAccess({ password: '', worker_info: { username: 'ab', more: 1 }, more: null }),
    undefined,
  );
});

test('errors of the access schema are in the words of the reference', () => {
  const info = { worker_info: { username: 'ab' } };
  const cases: [unknown, string][] = [
    [[], "request (value:[]) is not of type 'dict'"],
    [null, "request (value:None) is not of type 'dict'"],
    [true, "request (value:True) is not of type 'dict'"],
    ['x', "request (value:'x') is not of type 'dict'"],
    [7, "request (value:7) is not of type 'dict'"],
    [info, "request['password'] is missing"],
    [{ password: 'x' }, "request['worker_info'] is missing"],
    [{ password: 5, ...info }, "request['password'] (value:5) is not of type 'str'"],
    [{ password: 'x', worker_info: 'a' }, "request['worker_info'] (value:'a') is not of type 'dict'"],
    [{ password: 'x', worker_info: {} }, "request['worker_info']['username'] is missing"],
  ];
  for (const [body, text] of cases) assert.equal(checkAccess(body), text);
});

test('a username is two letters or digits, or a legacy name', () => {
  const access = (username: unknown) => checkAccess({ password: 'x', worker_info: { username } });
  for (const name of ['ab', 'A1', 'x'.repeat(500)]) assert.equal(access(name), undefined);
  for (const name of ['', 'a', 'peer worker', 'jörg', 'ab\n', 5, null])
    assert.match(access(name)!, /username'\]/);
  assert.match(access('a')!, /\(value:'a'\) is not of type 'valid_username'/);
  setLegacyUsernames(['jörg']);
  assert.equal(access('jörg'), undefined);
});

test('the full schema takes every optional member, and none of them', () => {
  assert.equal(checkRequest(fullRequest()), undefined);
  assert.equal(checkRequest({ password: '', worker_info: workerInfo() }), undefined);
});

test('errors of the full schema are in the words of the reference', () => {
  const cases: [unknown, string][] = [
    [withMember({ zzz: 1 }), "request['zzz'] is not in the schema"],
    [withMember({ run_id: 'abc' }), "request['run_id'] (value:'abc') is not of type 'valid_object_id'"],
    [withMember({ task_id: '0' }), "request['task_id'] (value:'0') is not of type 'task_id'"],
    [withMember({ task_id: -1 }), "request['task_id'] (value:-1) is not of type 'task_id'"],
    [withMember({ pgn: 5 }), "request['pgn'] (value:5) is not of type 'str'"],
    [{ password: 'x', worker_info: workerInfo(), task_id: 1 }, "request['run_id'] is missing"],
    [
      withMember({ stats: { ...stats(), crashes: -1 } }),
      "request['stats']['crashes'] (value:-1) is not greater than or equal to 0",
    ],
    [
      withMember({ stats: { ...stats(), pentanomial: [0, 15, 24, 14] } }),
      "request['stats']['pentanomial'][4] is missing",
    ],
    [
      withMember({ spsa: { wins: 2, losses: 2, draws: 2, num_games: 8, sig: 1 } }),
      "request['spsa'] (value:{'wins': 2, 'losses': 2, 'draws': 2, 'num_games': 8, 'sig': 1}) is not of type 'valid_spsa_results'",
    ],
  ];
  for (const [body, text] of cases) assert.equal(checkRequest(body), text);
  const { ARCH, ...rest } = workerInfo();
  assert.equal(ARCH, '64bit AVX2 BMI2');
  assert.equal(
    checkRequest({ password: 'x', worker_info: rest }),
    "request['worker_info']['ARCH'] is missing",
  );
});

test('an error text stays short whatever the body holds', () => {
  assert.ok(checkRequest({ password: ['x'.repeat(1e6)] })!.length < 400);
  assert.ok(checkRequest(withMember({ ['k'.repeat(1e6)]: 1 }))!.length < 400);
  assert.ok(checkRequest(withMember({ stats: Array.from({ length: 1e5 }, () => 1) }))!.length < 400);
});

test('each member of worker_info obeys its rule', () => {
  const bad: Record<string, unknown[]> = {
    uname: [5, null],
    architecture: [['64bit'], ['64bit', 'ELF', 'x'], ['64bit', 5], 'ELF', { 0: 'a', 1: 'b', length: 2 }],
    concurrency: [0, -1, 1.5, '1', null, 2 ** 31, 1e300],
    max_memory: [-1, '7', 2 ** 31],
    min_threads: [0, null],
    version: [-1, 1.5],
    python_version: [[3, 12], [3, 12, 1, 0], [3, 12, -1], '3.12.1'],
    gcc_version: [[], [1, 2, null]],
    compiler: ['', 'G++', 'gcc', null],
    unique_key: [
      '',
      'a-1234-1234-1234-123456789abc',
      'abcdefghi-1234-1234-1234-123456789abc',
      '12345678-1234-1234-1234-123456789ABC',
      'abcd1234-12ef-34ab-56cd-0123456789ab\n',
    ],
    modified: [0, 1, null, 'true'],
    worker_arch: ['', 'X86-64', 'pentium', null, ['x86-64']],
    ARCH: [null, 5],
    nps: [-1, '0', null, Number.POSITIVE_INFINITY, 1e300],
    near_github_api_limit: [0, ''],
  };
  for (const [name, values] of Object.entries(bad)) {
    for (const value of values) {
      const problem = checkRequest(withInfo({ [name]: value }));
      assert.ok(problem?.startsWith(`request['worker_info']['${name}']`), `${name} ${value}: ${problem}`);
    }
  }
  for (const arch of [...WORKER_ARCHS, 'unknown']) {
    assert.equal(checkRequest(withInfo({ worker_arch: arch })), undefined);
  }
});

test('null is not absent, and optional members have types', () => {
  for (const name of ['run_id', 'task_id', 'pgn', 'message', 'stats', 'spsa']) {
    assert.notEqual(checkRequest(withMember({ [name]: null })), undefined, name);
  }
});

test('a run id is 24 hex digits and no blanks, and is lower-cased', () => {
  for (const runId of [' '.repeat(24), 'af3df85fe05ab42e4493faa', 'af3df85fe05ab42e4493faag', 123]) {
    assert.notEqual(checkRequest(withMember({ run_id: runId })), undefined);
  }
  const body = withMember({ run_id: 'AF3DF85FE05AB42E4493FAAC' });
  assert.equal(checkRequest(body), undefined);
  assert.equal(normaliseRequest(body).run_id, 'af3df85fe05ab42e4493faac');
});

test('results must agree in each of the three ways', () => {
  const broken = [
    { wins: 22 },
    { wins: 22, losses: 21 },
    { pentanomial: [0, 15, 25, 14, 0] },
    // Two draws more and one pair of each side less would need more drawn games than the pairs allow.
    { wins: 0, losses: 0, draws: 4, pentanomial: [1, 0, 0, 0, 1] },
  ];
  for (const change of broken) {
    assert.match(checkRequest(withMember({ stats: { ...stats(), ...change } }))!, /valid_results/);
  }
});

test('booleans count as numbers where numbers are wanted, and only there', () => {
  const body = withMember({ task_id: true, stats: { ...stats(), crashes: false, time_losses: true } });
  (body.worker_info as Record<string, unknown>)['python_version'] = [3, true, false];
  assert.equal(checkRequest(body), undefined);
  const request = normaliseRequest(body);
  assert.equal(request.task_id, 1);
  assert.equal(request.stats!.time_losses, 1);
  assert.deepEqual(request.worker_info.python_version, [3, 1, 0]);
  assert.equal(request.worker_info.modified, false);
  assert.notEqual(checkRequest(withInfo({ concurrency: false })), undefined);
  assert.notEqual(checkRequest(withInfo({ uname: true })), undefined);
});

test('members that name a prototype are ordinary unknown members', () => {
  const { password, ...rest } = fullRequest();
  assert.equal(password, 'secret');
  const text = JSON.stringify(rest);
  for (const name of ['__proto__', 'constructor', 'toString', 'prototype', 'hasOwnProperty']) {
    const body: unknown = JSON.parse(`{"password":"x","${name}":{},${text.slice(1)}`);
    assert.equal(checkAccess(body), undefined);
    assert.equal(checkRequest(body), `request['${name}'] is not in the schema`);
  }
  const inherited: unknown = JSON.parse(`{"__proto__":{"password":"x"},${text.slice(1)}`);
  assert.equal(checkAccess(inherited), "request['password'] is missing");
  assert.equal(checkRequest(inherited), "request['password'] is missing");
  const inInfo = JSON.stringify(workerInfo()).replace(
    '"username":"alice"',
    '"__proto__":{"username":"alice"}',
  );
  assert.match(
    checkAccess(JSON.parse(`{"password":"x","worker_info":${inInfo}}`))!,
    /username'\] is missing/,
  );
});
