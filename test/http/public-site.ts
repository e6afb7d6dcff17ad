/** The built server over a store that has something for all of the public read API, and its GitHub. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ServerProcess } from '../server/server-process.js';
import { action, LIVE, pgn, plant, TUNE } from './public-seed.js';

export const GAME = gzipSync('[Event "?"]\n');
/** More than a socket takes at once, and more than one record. */
export const LARGE = gzipSync(randomBytes(6_000_000));
const SMALL_AND_LARGE = [pgn(LIVE, 10, GAME), pgn(LIVE, 2, LARGE), pgn(LIVE, 9, LARGE)];

// biome-ignore lint/suspicious/noExplicitAny: answers have any shape, and the tests say which
export type Json = Record<string, any>;

export class PublicSite {
  directory!: string;
  server!: ServerProcess;
  #github!: ReturnType<typeof createServer>;

  /** One for the tests of the suite that calls this. */
  static ofSuite(): PublicSite {
    const site = new PublicSite();
    before(() => site.#start());
    after(() => site.#stop());
    return site;
  }

  async get(path: string, headers: Record<string, string> = {}) {
    const response = await fetch(`${this.server.url}${path}`, { headers, redirect: 'manual' });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: asJson(text) };
  }

  async actions(filter: unknown) {
    const body = typeof filter === 'string' ? filter : JSON.stringify(filter);
    const response = await fetch(`${this.server.url}/api/actions`, { method: 'POST', body });
    return { status: response.status, headers: response.headers, json: (await response.json()) as Json };
  }

  async #start(): Promise<void> {
    this.directory = await mkdtemp(join(tmpdir(), 'shoal-public-'));
    const log = [
      ...Array.from({ length: 250 }, (_, i) => action(i, {})),
      action(300, { action: 'failed_task', run_id: LIVE, run: 'live-0000000', task_id: 1, worker: 'w' }),
      action(301, { action: 'finished_run', run_id: TUNE, run: 'tune-0000000', username: 'jane' }),
    ];
    await plant(`sqlite:${this.directory}`, SMALL_AND_LARGE, log);
    const core = { limit: 60, remaining: 59, reset: 1_800_000_000, used: 1, resource: 'core' };
    const github = createServer((_request, response) =>
      response.end(JSON.stringify({ resources: { core } })),
    );
    this.#github = github;
    await new Promise<void>((resolve) => github.listen(0, '127.0.0.1', resolve));
    const { port } = github.address() as AddressInfo;
    this.server = await ServerProcess.start(this.directory, {
      GITHUB_API_URL: `http://127.0.0.1:${port}`,
      FISHTEST_NN_URL: '',
    });
  }

  async #stop(): Promise<void> {
    await this.server.end('SIGTERM');
    this.#github.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

function asJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}
