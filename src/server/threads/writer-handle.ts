/** The main thread's handle of the thread that owns the store's writer. */
import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { sqliteDirectory, withoutCredentials } from '../../config/store-url.js';
import { StoreError } from '../../store/store-error.js';
import { closeBeforeEnd, endProcess } from '../exit.js';
import { type OnThreadExit, superviseThread } from './supervise.js';
import type { BackupFailure, WriterCommand, WriterMessage, WriterThreadData } from './writer-messages.js';

/** A start that waits for its store says so this often. */
const WAITING_MS = 3_000;
/** The number of a thread that has ended. */
const GONE = -1;

/** What is told of a standby until it has the store. */
export interface StandbyEvents {
  /** Another primary has the store. */
  readonly onWaiting?: (holder: string) => void;
  /** That one is about to go; resolves when this process listens. */
  readonly onLeaving?: () => Promise<void>;
  /** The store is this process's. */
  readonly onTaken?: (epoch: number) => void;
}

export class WriterThread {
  readonly #worker: Worker;
  readonly #backups = new Map<number, (failure?: BackupFailure) => void>();
  /** Other primaries that wait for the store, in words. */
  standbys: readonly string[] = [];
  /** Rises with every primary of the store. */
  epoch = 0;
  #heard: (isHeard: boolean) => void = () => {};
  #stopped: (problem?: string) => void = () => {};
  #stopping: Promise<void> | undefined;
  #expectEnd: () => void = () => {};
  #lastBackup = 0;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /**
   * Resolves when the writer is open: for a standby, when it has the store.
   * @throws Error when the store cannot be opened, after it was logged
   */
  static async start(
    data: WriterThreadData,
    log: Logger,
    onExit: OnThreadExit,
    { onWaiting, onLeaving, onTaken }: StandbyEvents = {},
  ): Promise<WriterThread> {
    const worker = new Worker(new URL('./writer-thread.js', import.meta.url), { workerData: data });
    const thread = new WriterThread(worker);
    const store = withoutCredentials(data.storeUrl);
    // A database that is away is found out by the driver much later, and an operator looks at the log at once.
    let isWaiting = false;
    const waiting = setInterval(() => {
      if (isWaiting) return;
      log.warn({ store }, `still waiting for the store ${store}: check that it runs and can be reached`);
    }, WAITING_MS);
    const opened = new Promise<void>((resolve, reject) => {
      worker.on('message', (message: WriterMessage) => {
        if (message.kind === 'open') {
          thread.epoch = message.epoch;
          resolve();
        } else if (message.kind === 'waits') {
          isWaiting = true;
          onWaiting?.(message.holder);
        } else if (message.kind === 'leaving') {
          void onLeaving?.().then(
            () => thread.#send({ kind: 'listening' }),
            (error: unknown) => reject(error as Error),
          );
        } else if (message.kind === 'taken') {
          isWaiting = false;
          onTaken?.(message.epoch);
        } else if (message.kind === 'standbys') {
          thread.standbys = message.standbys;
          log.info({ standbys: message.standbys }, 'primaries that stand by');
        } else if (message.kind === 'left') thread.#heard(message.isHeard);
        else if (message.kind === 'failed') {
          log.error(message.message);
          reject(new Error(message.message));
        } else if (message.kind === 'fatal') {
          log.fatal(message.message);
          void endProcess(message.code);
        } else if (message.kind === 'recovered') {
          log.info({ seconds: message.seconds }, 'the store takes changes again');
        } else if (message.kind === 'backedUp') thread.#backups.get(message.id)?.(message.failure);
        else thread.#stopped(message.problem);
      });
      worker.once('error', reject);
    }).finally(() => clearInterval(waiting));
    // Not while it opens SQLite's files, nor in the middle of a commit; a database far away is not waited for.
    if (data.waits) closeBeforeEnd(() => thread.stop(0).catch(() => {}));
    else if (sqliteDirectory(data.storeUrl) !== undefined) {
      closeBeforeEnd(() => opened.then(() => thread.stop(0)).catch(() => {}));
    }
    await opened;
    // From here on its exit is the process's end; before, the start fails with what the thread threw.
    thread.#expectEnd = superviseThread(worker, 'store', onExit);
    return thread;
  }

  /** Tells a standby that this primary is about to go. @returns whether one listens by now */
  async leave(withinMs: number): Promise<boolean> {
    return await new Promise((resolve) => {
      this.#heard = resolve;
      this.#send({ kind: 'leave', withinMs });
    });
  }

  /** Begins to write what is marked. */
  begin(legacyUsernames: readonly string[]): void {
    this.#send({ kind: 'start', legacyUsernames });
  }

  /**
   * Resolves when everything is written and the writer is closed, or the thread is gone. A second call waits for the first.
   * @throws Error that says what is not in its place, when there was no time for it
   */
  stop(withinMs: number): Promise<void> {
    this.#stopping ??= new Promise((resolve, reject) => {
      this.#expectEnd();
      this.#stopped = (problem) => (problem === undefined ? resolve() : reject(new Error(problem)));
      this.#worker.once('exit', () => resolve());
      if (this.#worker.threadId === GONE) resolve();
      this.#send({ kind: 'stop', withinMs });
    });
    return this.#stopping;
  }

  /** @throws StoreError that says why there is no backup */
  async backup(file: string): Promise<{ bytes: number; ms: number }> {
    const began = performance.now();
    const id = ++this.#lastBackup;
    const failure = await new Promise<BackupFailure | undefined>((resolve) => {
      this.#backups.set(id, resolve);
      this.#send({ kind: 'backup', id, file });
    });
    this.#backups.delete(id);
    if (failure !== undefined) throw new StoreError(failure.code, failure.message);
    return { bytes: statSync(file).size, ms: Math.round(performance.now() - began) };
  }

  #send(command: WriterCommand): void {
    this.#worker.postMessage(command);
  }
}
