/**
 * Keeps a second writer away from a database, and holds the log of the latest batch: one document that only its holder changes.
 *
 * The holder renews it by counting `beats` up. A contender watches the count: while it moves, the holder lives; when it stood
 * still for the lease's time, or the holder's process on this very host is gone, the lease changes hands by a write that names
 * the count it saw. No clocks of two hosts are ever compared.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Binary, Collection, Db } from 'mongodb';
import { StoreError } from '../store-error.js';
import { isDuplicate } from './failure.js';

const LEASE_MS = 10_000;
const RENEW_MS = 2_000;
const WATCH_MS = 200;
const KEY = 'primary';

/** The latest batch: its operations packed, here or in documents of their own. */
export interface LoggedBatch {
  id: string;
  time: Date;
  /** True when every operation was done. */
  done: boolean;
  pieces: Binary[];
  /** Keys of the documents that hold the pieces when they are too long for this one. */
  keys: string[];
}

export interface LeaseDocument {
  _id: string;
  holder: string | null;
  host: string;
  pid: number;
  beats: number;
  since: Date;
  group?: LoggedBatch;
  /** Names the log of updates whose entries count. */
  updates?: string;
}

/** What the holder before left. */
export type LeftBehind = Pick<LeaseDocument, 'group' | 'updates'>;

export class WriterLease {
  readonly #leases: Collection<LeaseDocument>;
  readonly #holder: string;
  #timer: NodeJS.Timeout | undefined;
  #lost = false;
  /** When the database last confirmed the lease, by this thread's steady clock. */
  #confirmed = performance.now();

  private constructor(leases: Collection<LeaseDocument>, holder: string) {
    this.#leases = leases;
    this.#holder = holder;
    this.#timer = setInterval(() => void this.confirm().catch(() => {}), RENEW_MS).unref();
  }

  /**
   * @param name names the database in messages
   * @throws StoreError `in-use` when another writer lives
   */
  static async take(db: Db, name: string): Promise<{ lease: WriterLease; left: LeftBehind }> {
    const leases = db.collection<LeaseDocument>('shoal');
    const mine = { holder: randomUUID(), host: hostname(), pid: process.pid, since: new Date() };
    let watched: { beats: number; holder: string | null; since: number } | undefined;
    for (;;) {
      const found = await leases.findOne({ _id: KEY });
      if (found === null) {
        if (await inserted(leases, { _id: KEY, ...mine, beats: 1 }))
          return { lease: new WriterLease(leases, mine.holder), left: {} };
        continue;
      }
      const { holder, beats } = found;
      const moved = watched !== undefined && (watched.beats !== beats || watched.holder !== holder);
      if (moved && holder !== null) throw inUse(name, found);
      watched ??= { beats, holder, since: performance.now() };
      const isFree = holder === null || isDead(found) || performance.now() - watched.since > LEASE_MS;
      if (isFree) {
        const seen = { _id: KEY, holder, beats };
        const { matchedCount } = await leases.updateOne(seen, { $set: { ...mine, beats: beats + 1 } });
        if (matchedCount === 1) {
          return { lease: new WriterLease(leases, mine.holder), left: found };
        }
        continue;
      }
      await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
    }
  }

  /** Replaces the logged batch: the moment from which the batch will be applied, whatever happens to this process. */
  async log(batch: LoggedBatch): Promise<void> {
    await this.#write({ group: batch });
  }

  /** From here on the entries of this log of updates count, and no others. */
  async startUpdates(updates: string): Promise<void> {
    await this.#write({ updates });
  }

  async markDone(id: string): Promise<void> {
    await this.#leases.updateOne(
      { _id: KEY, holder: this.#holder, 'group.id': id },
      { $set: { 'group.done': true } },
    );
  }

  /** Asks the database whether the lease is still this writer's. @throws StoreError `in-use` when it is not */
  async confirm(): Promise<void> {
    await this.#write({});
  }

  /** Before writes that do not name the lease. @throws StoreError `in-use` when the lease is lost */
  async confirmIfOld(): Promise<void> {
    if (performance.now() - this.#confirmed > LEASE_MS / 2) await this.confirm();
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#lost) return;
    await this.#leases.updateOne({ _id: KEY, holder: this.#holder }, { $set: { holder: null } });
  }

  async #write(members: LeftBehind): Promise<void> {
    const asked = performance.now();
    const own = { _id: KEY, holder: this.#holder };
    const update = { $inc: { beats: 1 }, ...(Object.keys(members).length > 0 && { $set: members }) };
    const { matchedCount } = await this.#leases.updateOne(own, update);
    if (matchedCount === 0) {
      this.#lost = true;
      clearInterval(this.#timer);
      throw new StoreError('in-use', 'Another writer has taken the database over: this one must end.');
    }
    this.#confirmed = asked;
  }
}

export function readLease(db: Db): Promise<LeaseDocument | null> {
  return db.collection<LeaseDocument>('shoal').findOne({ _id: KEY });
}

/**
 * Waits until it is sure that no writer lives, and writes nothing.
 * @returns the lease as it was seen
 * @throws StoreError `in-use` when one does
 */
export async function awaitNoHolder(db: Db, name: string): Promise<LeaseDocument | null> {
  const first = await readLease(db);
  const began = performance.now();
  for (let found = first; ; found = await readLease(db)) {
    if (found === null || found.holder === null || isDead(found)) return found;
    if (found.beats !== first?.beats || found.holder !== first?.holder) throw inUse(name, found);
    if (performance.now() - began > LEASE_MS) return found;
    await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
  }
}

async function inserted(leases: Collection<LeaseDocument>, lease: LeaseDocument): Promise<boolean> {
  try {
    await leases.insertOne(lease);
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

/** True when the holder was a process of this host that is gone. */
function isDead({ host, pid }: LeaseDocument): boolean {
  if (host !== hostname() || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

function inUse(name: string, { host, pid }: LeaseDocument): StoreError {
  const own = host === hostname() && pid === process.pid;
  const holder = own
    ? `another writer of this process (pid ${pid})`
    : `the process with pid ${pid} on ${host}; end it first`;
  return new StoreError('in-use', `${name} is in use by ${holder}: one writer at a time.`);
}
