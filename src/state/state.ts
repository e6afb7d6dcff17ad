/**
 * All live state, laid over one shared reservation. Every thread builds a State of its own over the same region; the
 * order of the tables below is the memory map.
 */
import { randomFillSync } from 'node:crypto';
import { BoundedCache } from '../memory/bounded-cache.js';
import { LockMeter } from '../memory/locks/lock-meter.js';
import { LockTable } from '../memory/locks/lock-table.js';
import { Threads } from '../memory/locks/threads.js';
import type { Region } from '../memory/region.js';
import { KeyedTable } from '../memory/tables/keyed-table.js';
import { Slab } from '../memory/tables/slab.js';
import { Books, MOST_BOOKS } from './books.js';
import { CommitSequence } from './commit-sequence.js';
import { CONNECTION_WORDS, Connections } from './connections.js';
import { DirtyRuns } from './dirty-runs.js';
import { INTERNED_WORDS, Interned } from './interned.js';
import { Outbox } from './outbox.js';
import { LockRank } from './ranks.js';
import { RecentClaims } from './recent-claims.js';
import { UndoLog } from './run-undo.js';
import { RunTable } from './runs.js';
import { SeenAddresses } from './seen-addresses.js';
import { TaskTable } from './tasks.js';
import { USER_WORDS, Users } from './users.js';
import { WorkerProfiles } from './worker-profiles.js';
import { WORKER_WORDS, Workers } from './workers.js';

/** How many of each thing fit; every thread must be given the same. */
export interface StateSizes {
  /** Live runs, at most 4,096. */
  runs: number;
  tasks: number;
  workers: number;
  users: number;
  /** Bytes for texts and blobs. */
  slabBytes: number;
}

/** Blobs that a thread keeps decoded. */
const DECODED_LIMIT = 20_000;
const STRIPES = 64;
/** One hold in so many of a run's lock is timed; those of the request-task mutex are all timed. */
const TIMED_HOLDS = 16;

export class State {
  readonly region: Region;
  readonly sizes: StateSizes;
  readonly threads: Threads;
  readonly slab: Slab;
  readonly requestTaskMutex: LockTable;
  readonly runs: RunTable;
  readonly tasks: TaskTable;
  readonly undoLog: UndoLog;
  readonly workers: Workers;
  readonly connections: Connections;
  readonly users: Users;
  readonly seenAddresses: SeenAddresses;
  readonly claims: RecentClaims;
  readonly workerProfiles: WorkerProfiles;
  readonly books: Books;
  readonly dirtyRuns: DirtyRuns;
  readonly commits: CommitSequence;
  readonly outbox: Outbox;
  /** How long the locks that requests meet are waited for and held. */
  readonly lockMeters: readonly LockMeter[];
  readonly #decoded = new BoundedCache<number, { generation: number; value: unknown }>(DECODED_LIMIT);

  constructor(region: Region, sizes: StateSizes) {
    this.region = region;
    this.sizes = sizes;
    this.threads = new Threads(region);
    this.slab = new Slab(region, 'slab', sizes.slabBytes, LockRank.slab);
    const { slab } = this;
    const meters = {
      requestTask: new LockMeter(region, 'request-task', 1),
      run: new LockMeter(region, 'run', TIMED_HOLDS),
      runTable: new LockMeter(region, 'run-table', TIMED_HOLDS),
      taskChunks: new LockMeter(region, 'task-chunks', TIMED_HOLDS),
    };
    this.lockMeters = Object.values(meters);
    this.requestTaskMutex = new LockTable(
      region,
      'request-task',
      1,
      LockRank.requestTask,
      meters.requestTask,
    );
    const runLocks = new LockTable(region, 'run', sizes.runs, LockRank.run, meters.run);
    const runTableLock = new LockTable(region, 'run-table', 1, LockRank.runTable, meters.runTable);
    const runIndex = new KeyedTable(region, 'run-index', {
      capacity: sizes.runs,
      words: 2,
      stripes: STRIPES,
      rank: LockRank.runIndex,
      slab,
    });
    this.runs = new RunTable(region, sizes.runs, runLocks, runTableLock, runIndex);
    const chunkLock = new LockTable(region, 'task-chunks', 1, LockRank.taskChunks, meters.taskChunks);
    this.tasks = new TaskTable(region, this.runs, sizes.tasks, chunkLock);
    this.undoLog = new UndoLog(region, this.threads, this.runs, this.tasks.records);
    const table = (name: string, capacity: number, words: number, rank: number) =>
      new KeyedTable(region, name, { capacity, words, stripes: STRIPES, rank, slab });
    this.workers = new Workers(table('workers', sizes.workers, WORKER_WORDS, LockRank.workers), slab);
    this.connections = new Connections(
      table('connections', sizes.workers, CONNECTION_WORDS, LockRank.connections),
      this.undoLog,
    );
    const key = region.u8('credential-key', 32);
    if (region.creating) key.set(randomFillSync(new Uint8Array(32)));
    this.users = new Users(table('users', sizes.users, USER_WORDS, LockRank.users), Uint8Array.from(key));
    this.seenAddresses = new SeenAddresses(region);
    this.claims = new RecentClaims(region);
    const interned = (name: string, rank: number) =>
      new Interned(table(name, sizes.tasks, INTERNED_WORDS, rank), region.i32(`${name}-serials`, 1));
    this.workerProfiles = new WorkerProfiles(
      interned('worker-infos', LockRank.workerProfiles),
      interned('worker-makes', LockRank.workerMakes),
    );
    this.books = new Books(table('books', MOST_BOOKS, 2, LockRank.books), slab);
    this.dirtyRuns = new DirtyRuns(region, sizes.runs);
    this.commits = new CommitSequence(region);
    this.outbox = new Outbox(slab, this.runs);
  }

  /** For threads that can die alone: what they change under a run's lock can be put back from now on. */
  recordUndo(): void {
    this.undoLog.startRecording();
    this.runs.locks.recorder = this.undoLog;
  }

  /** The decoded content of a blob, remembered by this thread while the blob lives. */
  decoded<T>(handle: number, decode: (bytes: Buffer) => T): T {
    const generation = this.slab.generation(handle);
    const known = this.#decoded.get(handle);
    if (known !== undefined && known.generation === generation) return known.value as T;
    const value = decode(this.slab.copy(handle));
    this.#decoded.set(handle, { generation, value });
    return value;
  }
}
