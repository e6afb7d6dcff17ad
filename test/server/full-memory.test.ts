/** Memory that is full of accounts, tasks and workers: told once by the setting's name; results are taken, and a larger setting has all. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openStore } from '../../src/store/open-store.js';
import { seedLongRun } from './long-run.js';
import { RUN_ID, workerInfo } from './seed.js';
import { ServerProcess } from './server-process.js';

const SHOAL = fileURLToPath(new URL('../../src/server/shoal.js', import.meta.url));
const SMALL = {
  SHOAL_MAX_USERS: '64',
  SHOAL_MAX_TASKS: '1024',
  SHOAL_MAX_WORKERS: '1024',
  SHOAL_MAX_RUNS: '16',
};
const REQUESTS = 1_300;
const AT_ONCE = 32;
const ACCOUNTS = 4_000;
const SIGN_UPS = 3;
/** A form that is sent sooner was not filled in by a person. */
const YOUNGEST_MS = 3_100;
const PASSWORD = 'granite-Otter-lantern-47';
const STATS = { wins: 2, losses: 2, draws: 12, crashes: 0, time_losses: 0, pentanomial: [0, 2, 4, 2, 0] };

function call(worker: number, more: object = {}): object {
  return { password: 'secret', worker_info: workerInfo(worker.toString(16).padStart(8, '0')), ...more };
}

describe('a server whose memory is full', { timeout: 240_000 }, () => {
  let directory: string;
  let env: Record<string, string>;
  let server: ServerProcess;
  const given: number[] = [];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'shoal-full-'));
    await seedLongRun(`sqlite:${directory}`, ACCOUNTS);
    env = { SHOAL_DATA: directory, SIGNUP_CHECK_MAIL: 'off', SIGNUPS_PER_HOUR: '1000' };
    server = await ServerProcess.start(directory, { ...env, ...SMALL });
  });

  after(async () => {
    await server?.end('SIGTERM');
    await rm(directory, { recursive: true, force: true });
  });

  it('takes accounts past the bound', async () => {
    const forms = await Promise.all(
      Array.from({ length: SIGN_UPS }, async () => {
        const answer = await fetch(`${server.url}/signup`);
        const page = await answer.text();
        const field = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(page)![1]!;
        const cookie = answer.headers.getSetCookie().map((each) => each.split(';', 1)[0]);
        return { cookie: cookie.join('; '), csrf_token: field('csrf_token'), nonce: field('nonce') };
      }),
    );
    await sleep(YOUNGEST_MS);
    for (const [i, { cookie, ...fields }] of forms.entries()) {
      const username = `person${i}`;
      const who = { username, email: `${username}@example.org`, password: PASSWORD, password2: PASSWORD };
      const answer = await fetch(`${server.url}/signup`, {
        method: 'POST',
        headers: { cookie },
        body: new URLSearchParams({ ...fields, ...who, tests_repo: '' }),
        redirect: 'manual',
      });
      assert.equal(answer.status, 302, `${username}: ${await answer.text()}`);
    }
  });

  it('knows accounts that it has no room for', async () => {
    for (const username of ['account0', `account${ACCOUNTS - 1}`]) {
      const worker_info = { ...workerInfo('aaaa1111'), username };
      const { status, body } = await server.post('/api/request_version', { password: 'secret', worker_info });
      assert.deepEqual([status, body['error']], [200, undefined], username);
      const wrong = await server.post('/api/request_version', { password: 'wrong', worker_info });
      assert.equal(wrong.status, 401, username);
    }
  });

  it('gives tasks until there is no room, then says that it is busy', async () => {
    let next = 0;
    const busy: string[] = [];
    const ask = async () => {
      while (next < REQUESTS) {
        const { status, body } = await server.post('/api/request_task', call(next++));
        assert.equal(status, 200, JSON.stringify(body));
        if (body['run'] !== undefined) given.push(Number(body['task_id']));
        else busy.push(JSON.stringify(body));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, ask));
    assert.ok(given.length >= 900 && busy.length > 0, `${given.length} given, ${busy.length} busy`);
    assert.ok(
      busy.every((text) => /busy/.test(text)),
      busy[0],
    );
  });

  it('takes the results of tasks that are out', async () => {
    const task = { run_id: RUN_ID, task_id: 0 };
    const holder = await ownerOf(server, 0);
    const { status, body } = await server.post('/api/update_task', { ...call(holder, task), stats: STATS });
    assert.deepEqual([status, body['task_alive']], [200, true]);
  });

  it('names the settings once each in its log, and in what status and doctor say', async () => {
    const warnings = () =>
      server.log
        .filter(({ setting }) => setting !== undefined)
        .map(({ setting, msg }) => `${setting}: ${msg}`);
    const wanted = ['SHOAL_MAX_TASKS', 'SHOAL_MAX_USERS', 'SHOAL_MAX_WORKERS'];
    await until(() => wanted.every((name) => warnings().some((text) => text.startsWith(name))), warnings);
    assert.deepEqual(warnings().toSorted(), [...new Set(warnings())].toSorted());
    for (const verb of ['status', 'doctor']) {
      const { stdout } = await run(verb, env);
      for (const name of wanted) assert.match(stdout, new RegExp(`raise ${name}`), `${verb}: ${stdout}`);
    }
  });

  it('has all again with larger settings', async () => {
    assert.equal(await server.end('SIGTERM'), 0);
    server = await ServerProcess.start(directory, env);
    const more = await server.post('/api/request_task', call(REQUESTS + 1));
    assert.equal(more.body['task_id'], given.length);
    const reader = await openStore(`sqlite:${directory}`).openReader();
    assert.ok((await reader.user(`person${SIGN_UPS - 1}`)) !== undefined);
    await reader.close();
    assert.deepEqual(
      server.log.filter(({ setting }) => setting !== undefined),
      [],
    );
  });
});

/** The number of the worker that a task was given to. */
async function ownerOf(server: ServerProcess, taskId: number): Promise<number> {
  const { worker_info: info } = (await (
    await fetch(`${server.url}/api/get_task/${RUN_ID}/${taskId}`)
  ).json()) as {
    worker_info: { unique_key: string };
  };
  return Number.parseInt(info.unique_key.slice(0, 8), 16);
}

async function run(verb: string, env: Record<string, string>): Promise<{ stdout: string }> {
  const options = { env: { ...process.env, ...env } };
  try {
    return await promisify(execFile)(process.execPath, [SHOAL, verb], options);
  } catch (error) {
    // A doctor that has found something ends with 1.
    return error as { stdout: string };
  }
}

async function until(condition: () => boolean, told: () => unknown): Promise<void> {
  for (const began = performance.now(); !condition(); await sleep(100))
    assert.ok(performance.now() - began < 60_000, JSON.stringify(told()));
}
