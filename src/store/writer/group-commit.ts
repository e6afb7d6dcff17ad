/**
 * Group commit: the one writer commits what is dirty in write batches and publishes how far the store is. While one batch is
 * being committed the next one fills, so batches grow with the load and a commit is paid by many. Under a load that a store keeps up
 * with easily batches would stay small and cost much, so they linger for some milliseconds, but only for as many as came together
 * lately: who is alone never waits, and few wait for the disk only.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { collectBatch, isEmptyBatch } from '../../state/collect-batch.js';
import type { State } from '../../state/state.js';
import type { WriteBatch, Writer } from '../port.js';
import { StoreError } from '../store-error.js';
import { Company } from './company.js';
import { DeferredFlushes } from './deferred-flushes.js';

const RETRY_MS = 1000;
/** A batch of few changes that wait, but more than one, lingers until so long after the one before it began at most. */
const LINGER_MS = 5;
/** While more than so many are missing, they are counted once a millisecond, and not one by one. */
const ONE_BY_ONE = 4;
const FEW_CHANGES = 32;
/** How long a batch is tried that the store refuses for what the batch holds. */
const REFUSED_MS = 30_000;

export interface GroupCommitOptions {
  /** Changes that nobody waits for, such as beats, are written at least this often. */
  flushIntervalMs: number;
  /** Told of each durable batch and how many milliseconds its commit took, failures and waits included. */
  onCommit?: (batch: WriteBatch, ms: number) => void;
  /** The store refused a batch; it is kept and tried again, and replies wait. */
  onFailure?: (error: unknown) => void;
  /** How long a batch is tried that the store refuses for what it holds, in milliseconds. */
  refusedMs?: number;
  /** Waits between tries and for more changes; a timer unless virtual time passes. */
  pause?: (ms: number) => Promise<void>;
}

export class GroupCommitter {
  readonly #state: State;
  readonly #writer: Writer;
  readonly #options: GroupCommitOptions;
  #stopped = false;
  /** Downloads that are not counted in the store yet, by network. */
  readonly #downloads = new Map<string, number>();
  readonly #deferred: DeferredFlushes;
  readonly #company = new Company();

  constructor(state: State, writer: Writer, options: GroupCommitOptions) {
    this.#state = state;
    this.#writer = writer;
    this.#options = options;
    this.#deferred = new DeferredFlushes(options.flushIntervalMs);
  }

  /** Commits everything that is marked now, and all that is deferred; returns when it is durable. */
  async drain(): Promise<void> {
    await this.#drain(this.#deferred.chooseAll());
  }

  async #drain(due: ReadonlySet<number>, deferred?: DeferredFlushes): Promise<void> {
    const { commits, dirtyRuns } = this.#state;
    for (const slot of due) dirtyRuns.mark(slot);
    const reached = commits.issued.load();
    const batch = collectBatch(this.#state, deferred);
    const { downloads = [] } = batch;
    delete batch.downloads;
    if (!isEmptyBatch(batch)) {
      const began = performance.now();
      await this.#commit(batch);
      this.#options.onCommit?.(batch, performance.now() - began);
    }
    await this.#countDownloads(downloads);
    commits.durable.store(reached);
    commits.durable.notify();
  }

  /**
   * Drains until `stop` is called, and then once more. What is deferred of a run is written once an interval.
   * @throws StoreError `batch` when the store never takes a batch
   */
  async run(): Promise<void> {
    const { issued } = this.#state.commits;
    let isIdle = false;
    let began = Number.NEGATIVE_INFINITY;
    while (!this.#stopped) {
      await this.#linger(began + LINGER_MS);
      began = performance.now();
      const seen = issued.load();
      if (isIdle) await this.drain();
      else await this.#drain(this.#deferred.choose(performance.now()), this.#deferred);
      if (issued.load() === seen) await issued.waitAsync(seen, this.#options.flushIntervalMs);
      isIdle = issued.load() === seen;
    }
    await this.drain();
  }

  async #linger(until: number): Promise<void> {
    const { commits } = this.#state;
    const { pause = sleep } = this.#options;
    // Read before the count: a change that comes in between ends the wait at once.
    let seen = commits.issued.load();
    let waiting = commits.lag();
    if (waiting > 1) {
      const wanted = Math.min(FEW_CHANGES, this.#company.expect(waiting, performance.now()));
      while (waiting < wanted) {
        const left = until - performance.now();
        if (left <= 0) break;
        if (wanted - waiting > ONE_BY_ONE) await pause(Math.min(left, 1));
        else await commits.issued.waitAsync(seen, left);
        seen = commits.issued.load();
        waiting = commits.lag();
      }
    }
    this.#company.came(waiting);
  }

  stop(): void {
    this.#stopped = true;
    this.#state.commits.issued.notify();
  }

  /** A count that the store does not take is not worth waiting for: it stays for the next batch. */
  async #countDownloads(names: readonly string[]): Promise<void> {
    for (const name of names) this.#downloads.set(name, (this.#downloads.get(name) ?? 0) + 1);
    for (const [name, times] of this.#downloads) {
      try {
        await this.#writer.countDownload(name, times);
        this.#downloads.delete(name);
      } catch (error) {
        this.#options.onFailure?.(error);
        return;
      }
    }
  }

  /**
   * Tries until the store takes the batch.
   * @throws StoreError `batch` when it never will: the process has to start again from what is stored
   */
  async #commit(batch: WriteBatch): Promise<void> {
    const { refusedMs = REFUSED_MS, pause = sleep, onFailure } = this.#options;
    let refusedSince: number | undefined;
    for (;;) {
      try {
        await this.#writer.commit(batch);
        return;
      } catch (error) {
        onFailure?.(error);
        const isRefused = error instanceof StoreError && error.code === 'batch';
        refusedSince = isRefused ? (refusedSince ?? performance.now()) : undefined;
        if (refusedSince !== undefined && performance.now() - refusedSince >= refusedMs) throw error;
        await pause(RETRY_MS);
      }
    }
  }
}
