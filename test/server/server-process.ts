/** The built server as a process of its own, on free ports, over a directory that the test gives. */
import { ServerChild } from '../../src/swarm/server-child.js';

export type { LogEntry } from '../../src/swarm/server-child.js';

/** For tests of what is answered to a wrong password: it is answered however often. */
export const PATIENT = {
  PASSWORD_FAILURES_PER_ACCOUNT: '1000000',
  PASSWORD_FAILURES_PER_ADDRESS: '1000000',
};

/** A stop right behind a start waits for threads that still load their modules, which on a busy machine takes long. */
export const UNHURRIED = { SHUTDOWN_TIMEOUT_MS: '60000' };

export class ServerProcess {
  readonly #server: ServerChild;

  private constructor(server: ServerChild) {
    this.#server = server;
  }

  /** Resolves when the server says that it serves workers. */
  static async start(directory: string, env: Record<string, string> = {}): Promise<ServerProcess> {
    return new ServerProcess(await ServerChild.start(directory, { ...UNHURRIED, ...env }));
  }

  get pid(): number {
    return this.#server.pid;
  }

  get url(): string {
    return this.#server.url;
  }

  get adminUrl(): string {
    return this.#server.adminUrl;
  }

  get log(): ServerChild['log'] {
    return this.#server.log;
  }

  async post(path: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${this.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  signal(signal: 'SIGHUP'): void {
    this.#server.signal(signal);
  }

  /** Ends the process with a signal and resolves to its exit code; null when the signal itself ended it. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    return this.#server.end(signal);
  }
}
