/**
 * What the primaries of one directory tell each other, beside the lock: a file of each that waits, one that says that the writer
 * is about to go, and one of the heir, which listens before the writer stops to. A file counts while its process lives.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isProcessAlive } from './process-alive.js';

const PREFIX = 'standby.';
const LEAVING = 'writer.leaving';
const HEIR = 'writer.heir';
const LISTENS = 'listens';
const LOOK_MS = 20;

export class StandbyFiles {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Says that this process waits. */
  wait(): void {
    this.#write(`${PREFIX}${process.pid}`, '');
  }

  /** This process waits no longer. */
  end(): void {
    this.#remove(`${PREFIX}${process.pid}`);
    if (this.isHeir()) this.#remove(HEIR);
  }

  /** The processes that wait, in words. */
  standbys(): string[] {
    const names = readdirSync(this.#directory).filter((name) => name.startsWith(PREFIX));
    const pids = names.map((name) => Number(name.slice(PREFIX.length)));
    const living = pids.filter((pid) => pid !== process.pid && isProcessAlive(pid));
    return living.sort((a, b) => a - b).map((pid) => `the process with pid ${pid} on this machine`);
  }

  isLeaving(): boolean {
    return existsSync(this.#path(LEAVING));
  }

  /** Makes this process the heir, unless another that lives is. */
  becomeHeir(): boolean {
    if (this.hasOtherHeir()) return false;
    this.#remove(HEIR);
    try {
      writeFileSync(this.#path(HEIR), `${process.pid}`, { flag: 'wx', mode: 0o600 });
      return true;
    } catch {
      return false;
    }
  }

  isHeir(): boolean {
    return this.#heir().pid === process.pid;
  }

  hasOtherHeir(): boolean {
    const { pid } = this.#heir();
    return pid > 0 && pid !== process.pid && isProcessAlive(pid);
  }

  heirListens(): void {
    this.#write(HEIR, `${process.pid} ${LISTENS}`);
  }

  /** Says that the writer is about to go, and waits. @returns whether an heir listens in time */
  async leave(withinMs: number): Promise<boolean> {
    if (this.standbys().length === 0) return false;
    this.#write(LEAVING, `${process.pid}`);
    const until = performance.now() + withinMs;
    while (performance.now() < until) {
      if (this.#heir().listens) return true;
      await sleep(LOOK_MS);
    }
    return false;
  }

  /** The lock is this process's: what was said of the writer before is over. */
  clear(): void {
    for (const name of [LEAVING, HEIR, `${PREFIX}${process.pid}`]) this.#remove(name);
  }

  #heir(): { pid: number; listens: boolean } {
    try {
      const [pid, listens] = readFileSync(this.#path(HEIR), 'utf8').split(' ');
      return { pid: Number(pid), listens: listens === LISTENS };
    } catch {
      return { pid: 0, listens: false };
    }
  }

  #write(name: string, text: string): void {
    writeFileSync(this.#path(name), text, { mode: 0o600 });
  }

  #remove(name: string): void {
    rmSync(this.#path(name), { force: true });
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }
}
