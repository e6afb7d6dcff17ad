/** A server that has to end while its sockets are busy ends with an exit code, not by a signal of uWS's. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { ServerChild } from '../../src/swarm/server-child.js';
import { UNHURRIED } from './server-process.js';

const ROUNDS = 3;
const SENDERS = 64;

/** Sends requests until the server is gone; resolves to how many were answered. */
async function sendOn(pool: Pool): Promise<number> {
  for (let answered = 0; ; answered++) {
    try {
      const { body } = await pool.request({ method: 'POST', path: '/api/request_version', body: '{}' });
      await body.dump();
    } catch {
      return answered;
    }
  }
}

it('a second SIGTERM ends it at once with 1, under load', async (t) => {
  for (let round = 0; round < ROUNDS; round++) {
    const directory = await mkdtemp(join(tmpdir(), 'shoal-ending-'));
    t.after(() => rm(directory, { recursive: true, force: true }));
    const server = await ServerChild.start(directory, { HTTP_THREADS: '2', ...UNHURRIED });
    const pool = new Pool(server.url, { connections: SENDERS, pipelining: 4 });
    const sending = Array.from({ length: SENDERS }, () => sendOn(pool));
    await sleep(300);
    server.signal('SIGTERM');
    await sleep(50 * round);
    assert.equal(await server.end('SIGTERM'), 1);
    await pool.destroy();
    const answered = (await Promise.all(sending)).reduce((sum, count) => sum + count, 0);
    assert.ok(answered > 100, `the load was none: ${answered} answers`);
  }
});
