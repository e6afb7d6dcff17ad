/** Piscina replaces the first threads that die while they start, and gives up on those after them; the server does not. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Site } from './site.js';

const FIXTURE = new URL('./fixtures/die-at-start.js', import.meta.url).href;

const THREADS = 2;

async function startWithDeaths(deaths: number): Promise<{ site: Site; remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-die-at-start-'));
  for (let i = 0; i < deaths; i++) await writeFile(join(directory, `${i}`), '');
  const site = await Site.open({
    NODE_OPTIONS: `--import ${FIXTURE}`,
    DIE_AT_START: directory,
    THREADPOOL_THREADS: `${THREADS}`,
  });
  return {
    site,
    remove: async () => {
      await site.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

it('a pool whose threads all died at their start is made anew', async () => {
  const { site, remove } = await startWithDeaths(2 * THREADS);
  try {
    const isRenewed = () => site.server.log.some(({ msg }) => /made anew/.test(msg));
    for (let waits = 0; !isRenewed(); waits++) {
      assert.ok(waits < 300, `the pool was not made anew: ${JSON.stringify(site.server.log)}`);
      await sleep(50);
    }
    const { users } = (await site.prepare([])).access;
    const { status, body } = await site.server.post('/api/request_version', {
      password: users[0]!.password,
      worker_info: { username: users[0]!.username },
    });
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(await site.server.end('SIGTERM'), 0);
    assert.ok(site.server.log.every(({ level }) => level < 60));
  } finally {
    await remove();
  }
});
