/** What signals do at any time of a server's life, and what a thread's end tells the operator. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { freePort } from '../../src/http/transport/free-port.js';
import { superviseThread } from '../../src/server/threads/supervise.js';
import { UNHURRIED } from './server-process.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));

async function spawnServer(t: TestContext, env: Record<string, string> = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-signals-'));
  const child = spawn(process.execPath, [MAIN], {
    env: {
      ...process.env,
      STORE_URL: `sqlite:${directory}`,
      FISHTEST_PORT: '0',
      ADMIN_PORT: '0',
      HTTP_HOST: '127.0.0.1',
      LOG_FORMAT: 'json',
      ...UNHURRIED,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGKILL');
    await exited;
    await rm(directory, { recursive: true, force: true });
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  /** The next log line with this message; fails when the server ends before. */
  const logged = async (message: RegExp): Promise<Record<string, unknown>> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`the server ended without saying ${message}`);
      const entry = JSON.parse(value as string) as Record<string, unknown>;
      if (message.test(String(entry['msg']))) return entry;
    }
  };
  return { child, exited, logged };
}

it('SIGHUP while a primary starts re-reads the settings and does not end it', async (t) => {
  const { child, exited, logged } = await spawnServer(t);
  await logged(/^starting$/);
  child.kill('SIGHUP');
  await logged(/^configuration read again$/);
  await logged(/serves workers$/);
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
});

it('SIGTERM while a primary starts ends it with 0', async (t) => {
  const { child, exited, logged } = await spawnServer(t);
  await logged(/^starting$/);
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
});

it('whoever finds the workers’ port open finds the admin API, too', async (t) => {
  const [port, adminPort] = [await freePort(), await freePort()];
  await spawnServer(t, { FISHTEST_PORT: String(port), ADMIN_PORT: String(adminPort) });
  const isOpen = async () => {
    const socket = connect(port, '127.0.0.1');
    const opened = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    return opened;
  };
  while (!(await isOpen())) await sleep(1);
  const { status } = await fetch(`http://127.0.0.1:${adminPort}/healthz`);
  assert.equal(status, 200);
});

it('a thread that throws is reported with its error, not with a number alone', async () => {
  const worker = new Worker('throw new Error("the cause")', { eval: true });
  const [role, code, error] = await new Promise<[string, number, Error | undefined]>((resolve) => {
    superviseThread(worker, 'store', (...exit) => resolve(exit as [string, number, Error | undefined]));
  });
  assert.equal(role, 'store');
  assert.equal(code, 1);
  assert.match(error!.stack!, /the cause/);
});

it('a thread that was told to end is not reported', async () => {
  const worker = new Worker(
    'require("node:worker_threads").parentPort.once("message", () => process.exit(3))',
    {
      eval: true,
    },
  );
  let reports = 0;
  const expectEnd = superviseThread(worker, 'front', () => reports++);
  expectEnd();
  worker.postMessage('end');
  assert.deepEqual(await once(worker, 'exit'), [3]);
  assert.equal(reports, 0);
});
