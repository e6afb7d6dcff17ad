/** `shoal worker`, `status` and `backup`; how the server is found; exit codes and help. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { StoreError } from '../../src/store/store-error.js';
import { openSite, type Site, shoal } from './harness.js';

const SCRIPT = fileURLToPath(new URL('../../src/server/shoal.js', import.meta.url));
const NAME = 'alice-8cores-a1b2c3';

let site: Site;
let empty: string;
before(async () => {
  site = await openSite();
  empty = await mkdtemp(join(tmpdir(), 'shoal-none-'));
});
after(async () => {
  await site.close();
  await rm(empty, { recursive: true });
});

test('worker block, unblock and list', async () => {
  const message = 'Time losses: lower the concurrency';
  assert.equal((await site.shoal('worker', 'block', NAME, '--message', message)).code, 0);
  assert.deepEqual(site.service.last(), ['workerBlock', { worker_name: NAME, message }]);
  const { out } = await site.shoal('worker', 'list', '--blocked');
  assert.match(out, new RegExp(`\n${NAME}  2026-01-31 12:30 {4}${message}\n$`));
  assert.equal((await site.shoal('worker', 'unblock', NAME, '--by', 'bob')).code, 0);
  assert.deepEqual(site.service.last(), ['workerUnblock', { worker_name: NAME, by: 'bob' }]);
  assert.equal((await site.shoal('worker', 'list', '--blocked')).out, 'no blocked workers\n');
  assert.match((await site.shoal('worker', 'list', '--limit', '1')).out, /and 6 more: raise --limit\n$/);
  assert.deepEqual(site.service.last(), ['workerList', { state: 'active', limit: 1 }]);
  assert.equal((await site.shoal('worker', 'block', NAME)).code, 2);
  assert.equal((await site.shoal('worker', 'block', 'no-worker', '--message', 'x')).code, 1);
  assert.equal((await site.shoal('worker', 'block', NAME, '--message', 'x'.repeat(501))).code, 1);
  assert.equal((await site.shoal('worker', 'unblock', 'bob-1cores-ab')).code, 1);
});

test('status and backup', async () => {
  const { out } = await site.shoal('status');
  assert.match(out, /^server {8}version 1\.2\.3, process 4321\n/);
  assert.match(out, /^runs {10}1 active, 2 paused, 3 pending$/m);
  assert.match(out, /^tokens_free {3}200$/m);
  assert.equal(JSON.parse((await site.shoal('status', '--json')).out).status.workers, 5);
  assert.equal((await site.shoal('backup', 'copy.db')).out, `${resolve('copy.db')}: 3.0 MiB in 1.5 s\n`);
});

test('the data directory comes from --data, SHOAL_DATA or STORE_URL, in this order', async () => {
  const found = async (args: string[], env: NodeJS.ProcessEnv): Promise<number> =>
    (await shoal([...args, 'status'], env)).code;
  assert.equal(await found([], { SHOAL_DATA: site.data }), 0);
  assert.equal(await found([], { STORE_URL: `sqlite:${site.data}` }), 0);
  assert.equal(await found([], { STORE_URL: `sqlite://${site.data}` }), 0);
  assert.equal(await found([], { SHOAL_DATA: site.data, STORE_URL: `sqlite:${empty}` }), 0);
  assert.equal(await found(['--data', empty], { SHOAL_DATA: site.data }), 3);
});

test('--url and --token-file reach a server without its data directory', async () => {
  const away = ['--data', empty, '--url', `127.0.0.1:${site.server.port}`];
  assert.equal((await shoal([...away, '--token-file', join(site.data, 'admin-token'), 'status'])).code, 0);
  assert.equal((await shoal([...away, 'status'])).code, 3);
  assert.equal((await shoal(['--data', site.data, '--url', 'http://:x', 'status'])).code, 2);
});

test('a wrong token is refused and its file is named', async () => {
  const file = join(empty, 'other-token');
  await writeFile(file, 'A'.repeat(43));
  const { code, err } = await site.shoal('--token-file', file, 'status');
  assert.equal(code, 1);
  assert.match(err, /^shoal: the admin token is missing or wrong \(it was read from .*other-token\)\n$/);
});

test('without a server the command says how to start one', async () => {
  const nowhere = await site.shoal('--url', 'http://127.0.0.1:1', 'status');
  assert.equal(nowhere.code, 3);
  assert.match(nowhere.err, /no Shoal server answers at http:\/\/127\.0\.0\.1:1 .*\n.*shoal serve/);
  const never = await shoal(['--data', empty, 'status']);
  assert.equal(never.code, 3);
  assert.match(never.err, /cannot read .*admin-address \(ENOENT\).*\n.*shoal serve/);
});

test('something else at the address is not taken for the server', async () => {
  const other = createServer((_, response) => response.end('<html>hello</html>')).listen(0, '127.0.0.1');
  await new Promise((done) => other.once('listening', done));
  const { port } = other.address() as AddressInfo;
  const { code, err } = await site.shoal('--url', `http://127.0.0.1:${port}`, 'status');
  other.close();
  assert.equal(code, 3);
  assert.match(err, /is not Shoal's admin API/);
});

test('a failure of the server is told as its refusal, and reported there', async () => {
  site.service.failure = new Error('the disk is full');
  const { code, err } = await site.shoal('status');
  site.service.failure = undefined;
  assert.equal(code, 1);
  assert.equal(err, 'shoal: the server failed: the disk is full\n');
  assert.equal((site.errors.at(-1) as Error).message, 'the disk is full');
});

test('a failure of the store or of a file is told in its own words, as what it is', async () => {
  for (const [failure, status] of [
    [new StoreError('exists', 'x.db exists.'), 409],
    [new StoreError('unsupported', 'That is a MongoDB.'), 400],
    [new StoreError('disk', 'There is no directory /none.'), 503],
  ] as const) {
    site.service.failure = failure;
    const { code, err } = await site.shoal('backup', 'x.db');
    assert.deepEqual([code, err], [1, `shoal: ${failure.message}\n`]);
    const answer = await fetch(`http://127.0.0.1:${site.server.port}/admin/status`, {
      method: 'POST',
      body: '{}',
      headers: { authorization: `Bearer ${site.token}` },
    });
    assert.equal(answer.status, status);
  }
  site.service.failure = Object.assign(new Error("EACCES: permission denied, mkdir '/nets'"), {
    syscall: 'mkdir',
  });
  assert.match(
    (await site.shoal('net', 'list')).err,
    /^shoal: a file of the server cannot be used: EACCES.*nets/,
  );
  site.service.failure = undefined;
});

test('every command has help with an example', async () => {
  const groups: Record<string, string[]> = {
    user: ['add', 'approve', 'block', 'unblock', 'limit', 'list'],
    run: ['add', 'list', 'show', 'approve', 'stop', 'unstop', 'purge', 'delete', 'priority'],
    worker: ['block', 'unblock', 'list'],
  };
  const lines = Object.entries(groups).flatMap(([group, words]) => words.map((word) => [group, word]));
  for (const line of [...lines, ['status'], ['backup']]) {
    const { code, out } = await shoal([...line, '--help']);
    assert.equal(code, 0);
    assert.match(out, new RegExp(`Examples?:\\s+shoal ${line.join(' ')}\\b`), line.join(' '));
    assert.match(out, /--json/);
  }
  assert.match((await shoal(['--help'])).out, /Exit codes/);
  assert.equal((await shoal(['unknown'])).code, 2);
  assert.equal((await shoal(['run'])).code, 2);
});

test('the installed command works as a process, whose arguments cannot be seen', async () => {
  const run = promisify(execFile);
  const args = [SCRIPT, '--data', site.data, 'user', 'add', 'zoe', '--password', 'sesame', '--json'];
  const running = run(process.execPath, args);
  let seen = '';
  site.service.meanwhile = async () => {
    seen = await readFile(`/proc/${running.child.pid}/cmdline`, 'utf8').catch(() => 'shoal');
  };
  const { stdout } = await running;
  assert.equal(JSON.parse(stdout).user.username, 'zoe');
  assert.match(seen, /^shoal\0*$/);
});

test('the process ends with the exit code', async () => {
  const run = promisify(execFile);
  const refused = await run(process.execPath, [SCRIPT, 'status', '--data', empty]).catch((error) => error);
  assert.equal(refused.code, 3);
  assert.equal(refused.stdout, '');
  assert.match(await readFile(SCRIPT, 'utf8'), /^#!\/usr\/bin\/env -S node --enable-source-maps\n/);
});
