/** The built server under fuzzing: a child process over a store with one account and one run. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADMIN_TOKEN_FILE } from '../../src/protocol/admin.js';
import { RUN_ID, seed } from '../server/seed.js';
import { ServerProcess } from '../server/server-process.js';

export class Target {
  readonly server: ServerProcess;
  readonly #directory: string;

  private constructor(server: ServerProcess, directory: string) {
    this.server = server;
    this.#directory = directory;
  }

  static async start(): Promise<Target> {
    const directory = await mkdtemp(join(tmpdir(), 'shoal-fuzz-'));
    await seed(`sqlite:${directory}`);
    const env = { SHOAL_GITHUB: 'off', GITHUB_API_URL: 'http://127.0.0.1:9' };
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

  /** What no refused request may change: the run, as memory has it, and its tasks. */
  async state(): Promise<string> {
    const run = await this.#get(`/api/get_run/${RUN_ID}`);
    const { nps: _nps, games_per_minute: _gpm, args, ...lasting } = run as Record<string, unknown>;
    const { itp: _itp, ...lastingArgs } = args as Record<string, unknown>;
    const tasks: unknown[] = [];
    for (let taskId = 0; taskId < 20; taskId++)
      tasks.push(await this.#get(`/api/get_task/${RUN_ID}/${taskId}`));
    return JSON.stringify({ lasting, lastingArgs, tasks });
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
