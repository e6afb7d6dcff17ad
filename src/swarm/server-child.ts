/** The built server as a child process: for the demonstration, and for tests and measurements. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
/** An error alone ends no start: the first commit may fail, and be tried again. */
export const FATAL_LEVEL = 60;

export interface LogEntry {
  readonly level: number;
  readonly msg: string;
  readonly port?: number;
  readonly adminPort?: number;
  readonly [member: string]: unknown;
}

export class ServerChild {
  readonly #child: ChildProcess;
  readonly pid: number;
  readonly url: string;
  readonly adminUrl: string;
  /** What it has logged. */
  readonly log: LogEntry[];
  /** Resolves to the exit code, null when a signal ended it. */
  readonly exited: Promise<number | null>;

  private constructor(child: ChildProcess, scheme: string, { port, adminPort }: LogEntry, log: LogEntry[]) {
    this.#child = child;
    this.pid = child.pid!;
    this.log = log;
    this.url = `${scheme}://127.0.0.1:${port}`;
    this.adminUrl = `http://127.0.0.1:${adminPort}`;
    this.exited = once(child, 'exit').then(([code]) => code as number | null);
    createInterface({ input: child.stdout! }).on('line', (line) => this.log.push(JSON.parse(line)));
  }

  /**
   * Resolves when the server says that it serves workers: on loopback, on free ports unless told otherwise.
   * @param ownGroup keeps the terminal's Ctrl-C from reaching it; it is stopped at the latest when this process exits
   * @param onLine told of what it logs until it serves, or fails to
   */
  static async start(
    directory: string,
    env: Record<string, string> = {},
    ownGroup = false,
    onLine: (line: string) => void = () => {},
  ): Promise<ServerChild> {
    const whole: NodeJS.ProcessEnv = {
      ...process.env,
      STORE_URL: `sqlite:${directory}`,
      FISHTEST_PORT: '0',
      ADMIN_PORT: '0',
      HTTP_HOST: '127.0.0.1',
      SHOAL_GITHUB: 'off',
      ...env,
    };
    const child = spawn(process.execPath, ['--enable-source-maps', MAIN], {
      env: whole,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: ownGroup,
    });
    if (ownGroup) {
      const end = () => child.kill('SIGTERM');
      process.once('exit', end);
      child.once('exit', () => process.off('exit', end));
    }
    const log: LogEntry[] = [];
    const scheme = (whole['TLS_CERT_FILE'] ?? '') === '' ? 'http' : 'https';
    for await (const line of createInterface({ input: child.stdout! })) {
      onLine(line);
      const entry = JSON.parse(line) as LogEntry;
      log.push(entry);
      // A secondary has no admin API; it names the primary's port instead.
      if (entry.adminPort !== undefined || entry.primaryPort !== undefined)
        return new ServerChild(child, scheme, entry, log);
      if (entry.level < FATAL_LEVEL) continue;
      // Whoever is told removes its directory next.
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      throw new Error(`the server did not start: ${entry.msg}`);
    }
    throw new Error('the server ended before it served');
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends the process with a signal and resolves to its exit code; null when the signal itself ended it. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    this.signal(signal);
    return await this.exited;
  }
}
