/** More connections than descriptors, from the moment on at which the port opens: the server says so, and serves on. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LogEntry } from '../../src/swarm/server-child.js';
import { UNHURRIED } from './server-process.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const SHOAL = fileURLToPath(new URL('../../src/server/shoal.js', import.meta.url));
const DESCRIPTORS = 1000;
const CONNECTIONS = 1200;

test('a flood of connections behind the start ends no thread', {
  skip: process.platform === 'win32',
}, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-descriptors-'));
  const port = await freePort();
  let refill: NodeJS.Timeout | undefined;
  const { child, log } = startLimited(directory, port);
  const exited = once(child, 'exit');
  const flood = new Set<Socket>();
  try {
    flood.add(await firstConnection(port, log, child));
    refill = setInterval(() => {
      // Idle ones are closed after ten seconds.
      for (const socket of flood) if (socket.closed) flood.delete(socket);
      while (flood.size < CONNECTIONS) flood.add(open(port));
    }, 10);
    await logged(log, child, /serves workers/);
    await logged(log, child, /descriptors are open.*LimitNOFILE/);
    clearInterval(refill);
    for (const socket of flood) socket.destroy();
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(60_000) });
    assert.equal(answer.status, 200);
    child.kill('SIGTERM');
    assert.deepEqual((await exited)[0], 0);
    // What reads /proc for the dashboard had no descriptor either; no thread and no change may have.
    const failed = log.filter(({ level, msg }) => level >= 50 && msg !== 'the dashboard got no sample');
    assert.deepEqual(failed, []);
  } finally {
    clearInterval(refill);
    for (const socket of flood) socket.destroy();
    child.kill('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  }
});

/** The built server with few descriptors. */
test('a process that may open too few files to start says so, instead of a module that it could not load', {
  skip: process.platform !== 'linux',
}, () => {
  for (const words of [[MAIN], [MAIN, '--check-config'], [SHOAL, 'serve', '--check-config']]) {
    for (const limit of [100, 255]) {
      const line = `ulimit -n ${limit} && exec "$0" "$@"`;
      const { status, stderr } = spawnSync('sh', ['-c', line, process.execPath, ...words], {
        encoding: 'utf8',
      });
      assert.equal(status, 78, `${words} with ${limit}: ${stderr}`);
      assert.match(
        stderr,
        new RegExp(`^shoal: this process may open ${limit} files: .*LimitNOFILE=65536`),
        `${words}`,
      );
    }
  }
});

function startLimited(directory: string, port: number) {
  const limited = `ulimit -n ${DESCRIPTORS}; exec "$0" "$@"`;
  const child = spawn('sh', ['-c', limited, process.execPath, '--enable-source-maps', MAIN], {
    env: {
      ...process.env,
      ...UNHURRIED,
      STORE_URL: `sqlite:${directory}`,
      FISHTEST_PORT: String(port),
      ADMIN_PORT: '0',
      HTTP_HOST: '127.0.0.1',
      SHOAL_GITHUB: 'off',
      LOG_FORMAT: 'json',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const log: LogEntry[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => log.push(JSON.parse(line) as LogEntry));
  return { child, log };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

function open(port: number): Socket {
  return connect(port, '127.0.0.1').on('error', () => {});
}

async function firstConnection(
  port: number,
  log: readonly LogEntry[],
  child: { exitCode: number | null },
): Promise<Socket> {
  for (;;) {
    assert.equal(child.exitCode, null, `the server goes on: ${JSON.stringify(log.at(-1))}`);
    const socket = open(port);
    if (await once(socket, 'connect').catch(() => undefined)) return socket;
    await sleep(5);
  }
}

async function logged(log: readonly LogEntry[], child: { exitCode: number | null }, what: RegExp) {
  const latest = performance.now() + 60_000;
  while (!log.some(({ msg }) => what.test(msg))) {
    assert.ok(performance.now() < latest, `the log says ${what}`);
    assert.equal(child.exitCode, null, `the server goes on: ${JSON.stringify(log.at(-1))}`);
    await sleep(20);
  }
}
