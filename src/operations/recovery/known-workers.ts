/**
 * What workers say of themselves, by the number that the store has for it: each text is read, parsed and interned once, however many tasks
 * name it. A primary that stands by learns them before it takes the store, which is most of what a recovery has to do.
 */
import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { TaskWorkerInfo } from '../../model/documents.js';
import { shortWorkerName } from '../../model/names.js';
import { usableWorkerInfo } from '../../rules/stored-task.js';
import type { State } from '../../state/state.js';
import type { WorkerDescriptions } from '../../store/port.js';

/** References given back in one turn of the event loop. */
const SLICE = 500;

export interface KnownWorker {
  /** Of the interned description. */
  readonly entry: number;
  readonly concurrency: number;
  /** Undefined where an old document does not tell it. */
  readonly name: string | undefined;
  readonly address: string;
}

/** Owned by one thread. */
export class KnownWorkers implements WorkerDescriptions {
  readonly #state: State;
  readonly #known = new Map<number, KnownWorker>();

  constructor(state: State) {
    this.#state = state;
  }

  has(worker: number): boolean {
    return this.#known.has(worker);
  }

  get(worker: number): KnownWorker {
    const known = this.#known.get(worker);
    if (known === undefined) throw new Error(`the store never told of the worker ${worker}`);
    return known;
  }

  /** Holds a reference to the description from now on. */
  learn(worker: number, info: TaskWorkerInfo): void {
    this.#known.set(worker, describeWorker(this.#state, info));
  }

  get size(): number {
    return this.#known.size;
  }

  /** Forgets all but these, and gives their references back, in slices: others have their turn in between. */
  async keep(workers: ReadonlySet<number>): Promise<void> {
    let released = 0;
    for (const [worker, { entry }] of this.#known) {
      if (workers.has(worker)) continue;
      this.#known.delete(worker);
      this.#state.workerProfiles.release(entry);
      if (++released % SLICE === 0) await endOfTurn();
    }
  }
}

/** Holds a reference to the description; an old document may have none. */
export function describeWorker(state: State, stored: TaskWorkerInfo | undefined): KnownWorker {
  const info = usableWorkerInfo(stored);
  const entry = info === undefined ? 0 : state.workerProfiles.retain(info);
  const told = info ?? (state.workerProfiles.get(0) as TaskWorkerInfo);
  return {
    entry,
    concurrency: told.concurrency,
    name: info === undefined ? undefined : shortWorkerName(told),
    address: told.remote_addr,
  };
}
