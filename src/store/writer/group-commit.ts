/**
 * The one writer: drains the journal in groups and publishes how far the store is. While one group is being committed
 * the next one gathers, so groups grow with the load and a commit is paid by many. Under a load that a store keeps up
 * with easily groups would stay small and cost much, so they gather for some milliseconds; who is alone never waits.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { collectGroup, isEmptyGroup } from '../../state/collect-batch.js';
import type { State } from '../../state/state.js';
import type { WriteGroup, Writer } from '../port.js';
import { StoreError } from '../store-error.js';
import { OwedRuns } from './deferred-flushes.js';

const RETRY_MS = 1000;
/** A group of few changes that wait, but more than one, gathers more until so long after the one before it began. */
const GATHER_MS = 5;
const FEW_CHANGES = 32;
/** How long a group is tried that the store refuses for what the group holds. */
const REFUSED_MS = 30_000;

export interface JournalWriterOptions {
  /** Changes that nobody waits for, such as beats, are written at least this often. */
  flushIntervalMs: number;
  /** Told of each durable group and how many milliseconds its commit took, failures and waits included. */
  onCommit?: (group: WriteGroup, ms: number) => void;
  /** The store refused a group; it is kept and tried again, and replies wait. */
  onFailure?: (error: unknown) => void;
  /** How long a group is tried that the store refuses for what it holds, in milliseconds. */
  refusedMs?: number;
  /** Waits between tries and for more changes; a timer unless virtual time passes. */
  pause?: (ms: number) => Promise<void>;
}

export class JournalWriter {
  readonly #state: State;
  readonly #writer: Writer;
  readonly #options: JournalWriterOptions;
  #stopped = false;
  /** Downloads that are not counted in the store yet, by network. */
  readonly #downloads = new Map<string, number>();
  readonly #owed: OwedRuns;

  constructor(state: State, writer: Writer, options: JournalWriterOptions) {
    this.#state = state;
    this.#writer = writer;
    this.#options = options;
    this.#owed = new OwedRuns(options.flushIntervalMs);
  }

  /** Commits everything that is marked now, and all that is owed; returns when it is durable. */
  async drain(): Promise<void> {
    await this.#drain(this.#owed.chooseAll());
  }

  async #drain(due: ReadonlySet<number>, owed?: OwedRuns): Promise<void> {
    const { journal } = this.#state;
    for (const slot of due) journal.mark(slot);
    const reached = journal.appended.load();
    const group = collectGroup(this.#state, owed);
    const { downloads = [] } = group;
    delete group.downloads;
    if (!isEmptyGroup(group)) {
      const began = performance.now();
      await this.#commit(group);
      this.#options.onCommit?.(group, performance.now() - began);
    }
    await this.#countDownloads(downloads);
    journal.durable.store(reached);
    journal.durable.notify();
  }

  /**
   * Drains until `stop` is called, and then once more. What is owed of a run is written once an interval.
   * @throws StoreError `group` when the store never takes a group
   */
  async run(): Promise<void> {
    const { appended } = this.#state.journal;
    let isIdle = false;
    let began = Number.NEGATIVE_INFINITY;
    while (!this.#stopped) {
      await this.#gather(began + GATHER_MS);
      began = performance.now();
      const seen = appended.load();
      if (isIdle) await this.drain();
      else await this.#drain(this.#owed.choose(performance.now()), this.#owed);
      if (appended.load() === seen) await appended.waitAsync(seen, this.#options.flushIntervalMs);
      isIdle = appended.load() === seen;
    }
    await this.drain();
  }

  async #gather(until: number): Promise<void> {
    const waiting = this.#state.journal.lag();
    const left = until - performance.now();
    if (waiting > 1 && waiting < FEW_CHANGES && left > 0) await (this.#options.pause ?? sleep)(left);
  }

  stop(): void {
    this.#stopped = true;
    this.#state.journal.appended.notify();
  }

  /** A count that the store does not take is not worth waiting for: it stays for the next group. */
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
   * Tries until the store takes the group.
   * @throws StoreError `group` when it never will: the process has to start again from what is stored
   */
  async #commit(group: WriteGroup): Promise<void> {
    const { refusedMs = REFUSED_MS, pause = sleep, onFailure } = this.#options;
    let refusedSince: number | undefined;
    for (;;) {
      try {
        await this.#writer.commit(group);
        return;
      } catch (error) {
        onFailure?.(error);
        const isRefused = error instanceof StoreError && error.code === 'group';
        refusedSince = isRefused ? (refusedSince ?? performance.now()) : undefined;
        if (refusedSince !== undefined && performance.now() - refusedSince >= refusedMs) throw error;
        await pause(RETRY_MS);
      }
    }
  }
}
