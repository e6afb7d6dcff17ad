/** A built server that stands by, as a process of its own: its admin listener tells of it before it serves. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LogEntry } from '../../src/swarm/server-child.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const LONGEST_MS = 60_000;

export class StandbyProcess {
  readonly #child: ChildProcess;
  readonly log: LogEntry[] = [];
  /** Resolves to the exit code, null when a signal ended it. */
  readonly exited: Promise<number | null>;
  #told: () => void = () => {};

  /**
   * It stands by when it has logged so; it serves at once where no other primary does.
   * @param before words of a command that becomes the server, as `ip netns exec` does
   */
  constructor(env: Record<string, string>, before: readonly string[] = []) {
    const [command, ...words] = [...before, process.execPath, '--enable-source-maps', MAIN];
    this.#child = spawn(command!, words, {
      env: {
        ...process.env,
        HTTP_HOST: '127.0.0.1',
        ADMIN_PORT: '0',
        SHOAL_GITHUB: 'off',
        STANDBY: 'wait',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.exited = once(this.#child, 'exit').then(([code]) => code as number | null);
    void this.exited.then(() => this.#told());
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      this.log.push(JSON.parse(line) as LogEntry);
      this.#told();
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** The first entry of the log whose text matches. @throws Error when the process ends, or long passes, without it */
  async says(text: RegExp): Promise<LogEntry> {
    const late = setTimeout(() => this.#told(), LONGEST_MS);
    const began = performance.now();
    try {
      for (;;) {
        const found = this.log.find(({ msg }) => text.test(msg));
        if (found !== undefined) return found;
        if (this.hasExited || performance.now() - began > LONGEST_MS)
          throw new Error(`it never said ${text}: ${JSON.stringify(this.log.slice(-8))}`);
        await new Promise<void>((resolve) => {
          this.#told = resolve;
        });
      }
    } finally {
      clearTimeout(late);
    }
  }

  async standsBy(): Promise<{ adminUrl: string }> {
    const { standbyAdminPort } = await this.says(/^standing by/);
    return { adminUrl: `http://127.0.0.1:${standbyAdminPort}` };
  }

  async serves(): Promise<LogEntry> {
    return await this.says(/serves workers$/);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.signal(signal);
    return await this.exited;
  }
}
