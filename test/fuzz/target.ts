/** The built server under fuzzing: a child process over a store with accounts and a few runs. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildRun } from '../../src/operations/run/new-run.js';
import { ADMIN_TOKEN_FILE } from '../../src/protocol/admin.js';
import { emptyBatch } from '../../src/state/collect-batch.js';
import { openStore } from '../../src/store/open-store.js';
import { PATIENT, ServerProcess } from '../server/server-process.js';
import { seedFiles, seedPeople } from '../site/site-seed.js';
import { RUN_IDS, SPRT_RUN_ID, SPSA_RUN_ID } from './inputs.js';

const SHOWN_TASKS = 20;
/** What is beyond a limit would be refused before it is read. */
const UNLIMITED = {
  SITE_POSTS_PER_MINUTE: '1000000',
  SITE_SEARCHES_PER_MINUTE: '1000000',
  SIGNUPS_PER_HOUR: '1000000',
  SIGNUP_CHECK_MAIL: 'off',
};

export class Target {
  readonly server: ServerProcess;
  readonly #directory: string;

  private constructor(server: ServerProcess, directory: string) {
    this.server = server;
    this.#directory = directory;
  }

  static async start(): Promise<Target> {
    const directory = await mkdtemp(join(tmpdir(), 'shoal-fuzz-'));
    await seedPeople(`sqlite:${directory}`);
    await seedFiles(`sqlite:${directory}`);
    await addRuns(`sqlite:${directory}`);
    const env = { ...PATIENT, ...UNLIMITED, SHOAL_GITHUB: 'off', GITHUB_API_URL: 'http://127.0.0.1:9' };
    return new Target(await ServerProcess.start(directory, env), directory);
  }

  get port(): number {
    return Number(new URL(this.server.url).port);
  }

  get adminPort(): number {
    return Number(new URL(this.server.adminUrl).port);
  }

  get adminToken(): string {
    return readFileSync(join(this.#directory, ADMIN_TOKEN_FILE), 'utf8').trim();
  }

  /** Bytes of memory of the process, after it had a moment to tidy up. */
  async memory(): Promise<number> {
    const response = await fetch(`${this.server.adminUrl}/metrics`);
    const bytes = /^process_resident_memory_bytes (\d+)/m.exec(await response.text())?.[1];
    if (bytes === undefined) throw new Error(`/metrics answered ${response.status} without the memory`);
    return Number(bytes);
  }

  /** What no refused request may change: the runs, as memory has them, and their first tasks. */
  async state(): Promise<string> {
    const runs: unknown[] = [];
    for (const id of RUN_IDS) {
      const run = await this.#get(`/api/get_run/${id}`);
      const { nps: _nps, games_per_minute: _gpm, args, ...lasting } = run;
      const { itp: _itp, ...lastingArgs } = args as Record<string, unknown>;
      const tasks: unknown[] = [];
      for (let taskId = 0; taskId < SHOWN_TASKS; taskId++) {
        tasks.push(await this.#get(`/api/get_task/${id}/${taskId}`));
      }
      runs.push({ lasting, lastingArgs, tasks });
    }
    return JSON.stringify(runs);
  }

  async #get(path: string): Promise<Record<string, unknown>> {
    const response = await fetch(this.server.url + path);
    const { duration: _duration, ...body } = (await response.json()) as Record<string, unknown>;
    return body;
  }

  /** Entries of the log that tell of a mistake of ours. */
  errors(): string[] {
    return this.server.log
      .filter(({ level }) => level >= 50)
      .map((entry) => JSON.stringify(entry).slice(0, 600));
  }

  /** Stops the server as an operator would; returns its exit code. */
  async stop(): Promise<number | null> {
    const code = await this.server.end('SIGTERM');
    await rm(this.#directory, { recursive: true, force: true });
    return code;
  }
}

/** Besides the run of fixed length: a sequential test and a tune. */
async function addRuns(storeUrl: string): Promise<void> {
  const writer = await openStore(storeUrl).openWriter();
  const form = {
    new_tag: 'branch',
    base_tag: 'master',
    username: 'joe',
    resolved_new: 'a'.repeat(40),
    resolved_base: 'b'.repeat(40),
    new_signature: '1234567',
    tc: '10+0.1',
    new_options: 'Hash=16',
    info: 'fuzzed',
  };
  const sprt = { ...form, base_signature: '7654321', sprt: { elo0: 0, elo1: 5 } };
  const tune = { ...form, num_games: 100_000, spsa: { raw_params: 'P,10,0,100,5,0.002\nQ,1,-5,5,1,0.002' } };
  const now = Date.now();
  const runs = [buildRun(sprt, now, SPRT_RUN_ID), buildRun(tune, now, SPSA_RUN_ID)].map((run) => {
    const { tasks: _tasks, bad_tasks: _bad, ...head } = run;
    const insert = { ...head, approved: true, approver: 'jane' };
    return { runId: run._id, insert, tasks: [], badTasks: [], spsaHistory: [] };
  });
  await writer.commit({ ...emptyBatch(), runs });
  await writer.close();
}
