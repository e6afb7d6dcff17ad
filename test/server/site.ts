/** A server process over a directory of its own, with accounts and trial runs, for tests that put load on it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NewRunForm } from '../../src/protocol/admin.js';
import { openStore } from '../../src/store/open-store.js';
import type { Reader } from '../../src/store/port.js';
import { type Access, findAccess } from '../../src/swarm/access.js';
import { addApprovedRuns, addAuthors } from '../../src/swarm/demo-runs.js';
import type { Call } from '../../src/swarm/verify.js';
import { ServerProcess } from './server-process.js';

export class Site {
  readonly directory: string;
  server: ServerProcess;

  private constructor(directory: string, server: ServerProcess) {
    this.directory = directory;
    this.server = server;
  }

  static async open(env: Record<string, string> = {}): Promise<Site> {
    const directory = await mkdtemp(join(tmpdir(), 'shoal-site-'));
    return new Site(directory, await ServerProcess.start(directory, env));
  }

  /** Makes the authors and the runs. */
  async prepare(forms: readonly NewRunForm[]): Promise<{ access: Access; call: Call; runs: string[] }> {
    const access = await findAccess({ data: this.directory }, {});
    const call = access.call!;
    await addAuthors(call, 'secret');
    return { access, call, runs: await addApprovedRuns(call, forms) };
  }

  /** Kills the server and starts another on its port. */
  async restart(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { port } = new URL(this.server.url);
    await this.server.end(signal);
    this.server = await ServerProcess.start(this.directory, { FISHTEST_PORT: port });
  }

  openReader(): Promise<Reader> {
    return openStore(`sqlite:${this.directory}`).openReader();
  }

  async close(): Promise<void> {
    await this.server.end('SIGKILL');
    await rm(this.directory, { recursive: true, force: true });
  }
}
