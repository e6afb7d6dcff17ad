/** Nobody shares the workers' port with a server: the front threads of one do among themselves, and nobody else. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { freePort, requireFreePort } from '../../src/http/transport/free-port.js';
import { ServerProcess } from './server-process.js';

describe("the workers' port", () => {
  let directory: string;
  const place = (name: string) => join(directory, name);
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'shoal-port-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  for (const first of ['1', '2']) {
    it(`of a server with HTTP_THREADS=${first} is not shared with one of 1 or 2, on any address`, async () => {
      const server = await ServerProcess.start(place(`a${first}`), { HTTP_THREADS: first });
      try {
        const { port } = new URL(server.url);
        for (const second of ['1', '2']) {
          for (const HTTP_HOST of ['127.0.0.1', '0.0.0.0']) {
            const env = { HTTP_THREADS: second, FISHTEST_PORT: port, HTTP_HOST };
            await assert.rejects(
              ServerProcess.start(place(`b${first}${second}`), env),
              /another program listens there: stop it, or set FISHTEST_PORT/,
            );
          }
        }
        assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
      } finally {
        await server.end('SIGTERM');
      }
      // Free again for whoever starts next, also while old connections linger.
      await requireFreePort('127.0.0.1', Number(new URL(server.url).port));
    });
  }

  it('is not shared by primaries of two stores, though each may wait for others of its own', async () => {
    const server = await ServerProcess.start(place('c1'), { STANDBY: 'wait' });
    try {
      const { port } = new URL(server.url);
      const env = { STANDBY: 'wait', FISHTEST_PORT: port };
      await assert.rejects(ServerProcess.start(place('c2'), env), /another program listens there/);
      assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
    } finally {
      await server.end('SIGTERM');
    }
  });

  it('goes to one of two servers that start at once, though each has several threads', async () => {
    const port = String(await freePort());
    const start = (name: string, more = {}) =>
      ServerProcess.start(place(name), { HTTP_THREADS: '2', FISHTEST_PORT: port, ...more });
    for (const [i, more] of [{}, { STANDBY: 'wait' }].entries()) {
      const both = await Promise.allSettled([start(`e${i}`, more), start(`f${i}`, more)]);
      const [served, refused] = both.sort((a, b) => (a.status < b.status ? -1 : 1));
      await (served as PromiseFulfilledResult<ServerProcess>).value?.end('SIGTERM');
      if (refused?.status === 'fulfilled') await refused.value.end('SIGTERM');
      assert.deepEqual([served?.status, refused?.status], ['fulfilled', 'rejected']);
      assert.match(String((refused as PromiseRejectedResult).reason), /another program listens there/);
    }
  });

  it('of any other program, and an address of another machine, are told by their reason', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await assert.rejects(requireFreePort('127.0.0.1', port), /another program listens there/);
    const admin = (env: Record<string, string>) => ServerProcess.start(place('d'), env);
    await assert.rejects(
      admin({ ADMIN_PORT: `${port}` }),
      /admin API: .* set ADMIN_PORT to a port of its own/s,
    );
    await assert.rejects(admin({ ADMIN_HOST: '192.0.2.1' }), /admin API: .* set ADMIN_HOST to one/s);
    await assert.rejects(admin({ HTTP_HOST: '192.0.2.1' }), /no such address: set HTTP_HOST/);
    other.close();
    await assert.rejects(requireFreePort('192.0.2.1', 18_000), /no such address: set HTTP_HOST/);
  });
});
