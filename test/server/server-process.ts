/** The built server as a process of its own, on free ports, over a directory that the test gives. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));

export interface LogEntry {
  readonly level: number;
  readonly msg: string;
  readonly port?: number;
  readonly adminPort?: number;
  readonly [member: string]: unknown;
}

export class ServerProcess {
  readonly #child: ChildProcess;
  readonly url: string;
  readonly adminUrl: string;
  /** What it logged since it serves. */
  readonly log: LogEntry[] = [];

  private constructor(child: ChildProcess, { port, adminPort }: LogEntry) {
    this.#child = child;
    this.url = `http://127.0.0.1:${port}`;
    this.adminUrl = `http://127.0.0.1:${adminPort}`;
    createInterface({ input: child.stdout! }).on('line', (line) => this.log.push(JSON.parse(line)));
  }

  /** Resolves when the server says that it serves workers. */
  static async start(directory: string, env: Record<string, string> = {}): Promise<ServerProcess> {
    const child = spawn(process.execPath, ['--enable-source-maps', MAIN], {
      env: {
        ...process.env,
        STORE_URL: `sqlite:${directory}`,
        FISHTEST_PORT: '0',
        ADMIN_PORT: '0',
        HTTP_HOST: '127.0.0.1',
        SHOAL_GITHUB: 'off',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout! })) {
      const entry = JSON.parse(line) as LogEntry;
      if (entry.adminPort !== undefined) return new ServerProcess(child, entry);
      if (entry.level >= 50) throw new Error(`the server did not start: ${entry.msg}`);
    }
    throw new Error('the server ended before it served');
  }

  async post(path: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${this.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  signal(signal: 'SIGHUP'): void {
    this.#child.kill(signal);
  }

  /** Ends the process with a signal and resolves to its exit code; null when the signal itself ended it. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const exited = once(this.#child, 'exit') as Promise<[number | null]>;
    this.#child.kill(signal);
    return (await exited)[0];
  }
}
