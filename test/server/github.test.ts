/** A built server and its GitHub: what it asks at the start, what outlives a restart, and a GitHub that does not answer. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openStore } from '../../src/store/open-store.js';
import { GitHubStandIn, OFFICIAL } from '../../src/swarm/github-stand-in.js';
import { mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { ServerProcess } from './server-process.js';

const BOOK = { total: 3, white: 2, black: 1, min_depth: null, max_depth: 8, sri: 'a'.repeat(64) };
const LONGEST_MS = 60_000;

for (const kind of ['SQLite', 'MongoDB'] as const) {
  describe(`a server and GitHub on ${kind}`, { skip: kind === 'MongoDB' && withoutMongodb }, () => {
    let github: GitHubStandIn;
    let directory: string;
    let place: Awaited<ReturnType<typeof mongodbPlace>> | undefined;
    let env: Record<string, string>;
    const servers: ServerProcess[] = [];
    const start = async () => {
      servers.push(await ServerProcess.start(directory, env));
      return servers.at(-1)!;
    };
    before(async () => {
      github = await GitHubStandIn.start();
      github.repos.commit(OFFICIAL, { message: 'First\n\nBench: 1234567' });
      github.setBooks({ 'a.epd': BOOK });
      directory = await mkdtemp(join(tmpdir(), 'shoal-github-'));
      place = kind === 'MongoDB' ? await mongodbPlace('dots in keys') : undefined;
      const storeUrl = place?.url ?? `sqlite:${directory}`;
      env = { ...github.settings, STORE_URL: storeUrl, SHOAL_DATA: directory, GH_TOKEN: 'secret' };
    });
    after(async () => {
      for (const server of servers) await server.end('SIGKILL');
      await place?.remove();
      await github.stop();
      await rm(directory, { recursive: true, force: true });
    });

    /** What the store has, as soon as it is as wanted. */
    const stored = async (key: string, isWanted: (value: unknown) => boolean): Promise<unknown> => {
      const latest = performance.now() + LONGEST_MS;
      for (;;) {
        const reader = await openStore(env['STORE_URL']!).openReader();
        const value = await reader.keyValue(key).finally(() => reader.close());
        if (isWanted(value)) return value;
        assert.ok(performance.now() < latest, `the store has ${key}: ${JSON.stringify(value)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const isThere = (value: unknown) => value !== undefined;

    it('takes books and the newest official commit, with the token for GitHub alone', async () => {
      const server = await start();
      const sha = github.repos.require(OFFICIAL).branches.get('master');
      assert.equal(await stored('official_master_sha', isThere), sha);
      assert.deepEqual(await stored('books', isThere), { 'a.epd': BOOK });
      const quota = await fetch(`${server.url}/api/rate_limit`);
      assert.deepEqual(await quota.json(), {
        limit: 5000,
        remaining: 5000 - github.quota.used,
        used: github.quota.used,
        reset: Math.ceil(github.quota.resetAt / 1000),
        resource: 'core',
        _uninitialized: false,
      });
      for (const { path, authorization } of github.requests) {
        assert.equal(authorization, path.startsWith('/api/') ? 'Bearer secret' : undefined, path);
      }
      assert.equal(await server.end('SIGTERM'), 0);
    });

    it('confirms after a restart what it was told before, at no cost', async () => {
      const { used } = github.quota;
      const asked = github.requests.length;
      // A minute passes for the kept answer when GitHub has news; a restart at once asks nothing.
      const server = await start();
      await stored('official_master_sha', isThere);
      assert.equal((await fetch(`${server.url}/rate_limits`)).status, 200);
      assert.equal(await server.end('SIGTERM'), 0);
      const commits = github.requests.slice(asked).filter(({ path }) => path.includes('/commits'));
      assert.ok(commits.every(({ status }) => status === 304));
      assert.equal(github.quota.used, used);
    });

    it('starts, serves and stops while GitHub is silent, and says so in the log', async () => {
      github.fail('silent');
      const server = await start();
      const { body } = await server.post('/api/request_version', { password: 'x', worker_info: {} });
      assert.ok(body['error'] !== undefined);
      assert.equal((await fetch(`${server.url}/tests`)).status, 200);
      assert.equal(await server.end('SIGTERM'), 0);
      github.heal();
    });
  });
}
