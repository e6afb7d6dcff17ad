/** `shoal serve`, `swarm` and `demo`: options of their own, help in every form, exit codes. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { UNHURRIED } from '../server/server-process.js';

const SCRIPT = fileURLToPath(new URL('../../src/server/shoal.js', import.meta.url));

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shoal-tools-'));
});
after(() => rm(directory, { recursive: true }));

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [SCRIPT, ...args],
      { cwd: directory, env: { ...process.env, ...env } },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

for (const [name, option] of [
  ['serve', '--check-config'],
  ['swarm', '--time-scale'],
  ['demo', '--port'],
] as const) {
  test(`${name} has its help in three ways, and refuses what is no option of it`, async () => {
    for (const words of [
      [name, '--help'],
      ['help', name],
    ]) {
      const { code, out } = await run(words);
      assert.equal(code, 0, words.join(' '));
      assert.ok(out.includes(`Usage: shoal ${name} [options]`) && out.includes(option), out);
      assert.ok(!out.includes('--token-file'), 'options of other commands');
      assert.match(out, new RegExp(`^(?!Usage:).*\\bshoal ${name}\\b`, 'm'), 'an example');
    }
    assert.match((await run(['--help'])).out, new RegExp(`^ {2}${name} `, 'm'));
    const { code, err } = await run([name, '--token-file', 'x']);
    assert.deepEqual([code, /unknown option '--token-file'/.test(err)], [2, true], err);
  });
}

test('a tool behind other options is refused with how to write it', async () => {
  const { code, err } = await run(['--data', directory, 'serve']);
  assert.deepEqual([code, err], [2, 'shoal: write "shoal serve" first, and its options behind it\n']);
});

test('serve checks its settings, of the environment and of a file that is named', async () => {
  const good = await run(['serve', '--check-config', '--data', join(directory, 'store')]);
  assert.deepEqual([good.code, good.out], [0, 'the configuration is good\n']);
  const bad = await run(['serve', '--check-config'], { THREADPOOL_TOKENS: 'many' });
  assert.deepEqual([bad.code, /THREADPOOL_TOKENS/.test(bad.err)], [78, true], bad.err);
  const missing = await run(['serve', '--settings', join(directory, 'none.env')]);
  assert.deepEqual([missing.code, /SHOAL_ENV_FILE/.test(missing.err)], [78, true], missing.err);
});

test('serve keeps its state where --data says, and the command finds it there', async () => {
  const data = join(directory, 'served');
  const env = {
    FISHTEST_PORT: '0',
    ADMIN_PORT: '0',
    HTTP_HOST: '127.0.0.1',
    LOG_FORMAT: 'json',
    ...UNHURRIED,
  };
  const child = execFile(process.execPath, [SCRIPT, 'serve', '--data', data], {
    cwd: directory,
    env: { ...process.env, ...env, SHOAL_DATA: undefined, STORE_URL: undefined },
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  try {
    for await (const line of child.stdout!) if (String(line).includes('serves workers')) break;
    const { code, out, err } = await run(['--data', data, 'status']);
    assert.equal(code, 0, err);
    assert.match(out, new RegExp(`^store +sqlite:${data}$`, 'm'));
    assert.ok((await stat(join(data, 'admin-token'))).size > 0);
  } finally {
    child.kill('SIGTERM');
  }
  assert.equal(await exited, 0);
});

test('a swarm that finds no server says how to start one, with the exit code for it', async () => {
  const { code, err } = await run(['swarm', '--data', join(directory, 'none'), '--workers', '1']);
  assert.deepEqual([code, /^shoal swarm: the admin API/.test(err)], [3, true], err);
});

test('scripts that name the file of version 0.1.0 find the command', async () => {
  const former = fileURLToPath(new URL('../../src/cli/shoal.js', import.meta.url));
  const version = await new Promise<string>((resolve) =>
    execFile(process.execPath, [former, '--version'], (_error, out) => resolve(out)),
  );
  assert.equal(version, (await run(['--version'])).out);
  assert.match(version, /^\d+\.\d+\.\d+$/m);
});
