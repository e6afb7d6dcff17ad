/**
 * Takes the lease, or waits until it can be had: at once when it is free or its holder was a process of this host that is gone,
 * else when its count of beats stood still for the lease's time. It changes hands by a write that names what was seen, so that of
 * several takers one has it, and each epoch has one holder.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Collection, Db, Filter } from 'mongodb';
import { LEASE_MS, type StandbyWait } from '../port.js';
import { StoreError } from '../store-error.js';
import { barredEpoch } from './epoch-fence.js';
import { isDuplicate } from './failure.js';
import { becomeHeir, heirListens, StandbyNote } from './standby-notes.js';
import {
  LEASE_KEY,
  type LeaseDocument,
  type LeaseTerms,
  type LeftBehind,
  WriterLease,
} from './writer-lease.js';

const WATCH_MS = 200;
/** The heir knows that the lease is about to be free. */
const HEIR_MS = 20;

interface Watched {
  holder: string | null;
  beats: number;
  since: number;
  /** The holder was told to this one that it is about to go. */
  isHeir: boolean;
}

export interface TakeOptions extends Partial<LeaseTerms> {
  /** Names the database in messages. */
  readonly name: string;
  /** Wait while another writer lives; it is refused when this is absent. */
  readonly standby?: StandbyWait;
}

/** @throws StoreError `in-use` when another writer lives, or `closed` when the wait was ended */
export async function takeLease(
  db: Db,
  options: TakeOptions,
): Promise<{ lease: WriterLease; left: LeftBehind }> {
  const id = randomUUID();
  const note = new StandbyNote(db, id);
  try {
    const watch = new LeaseWatch(db, options, id);
    for (;;) {
      const taken = await watch.look();
      if (taken !== undefined) return taken;
      if (options.standby?.signal.aborted)
        throw new StoreError('closed', `The wait for ${options.name} was ended.`);
      if (options.standby !== undefined) await note.beat().catch(() => {});
      await sleep(watch.isHeir ? HEIR_MS : WATCH_MS);
    }
  } finally {
    await note.remove().catch(() => {});
  }
}

class LeaseWatch {
  readonly #db: Db;
  readonly #leases: Collection<LeaseDocument>;
  readonly #options: TakeOptions;
  readonly #terms: LeaseTerms;
  readonly #mine: Pick<LeaseDocument, 'host' | 'pid' | 'since'> & { holder: string };
  #watched: Watched | undefined;

  constructor(db: Db, options: TakeOptions, holder: string) {
    const { leaseMs = LEASE_MS, mayRenew = () => true, onRenewed = () => {}, onLost = () => {} } = options;
    this.#db = db;
    this.#leases = db.collection('shoal');
    this.#options = options;
    this.#terms = { leaseMs, mayRenew, onRenewed, onLost };
    this.#mine = { holder, host: hostname(), pid: process.pid, since: new Date() };
  }

  get isHeir(): boolean {
    return this.#watched?.isHeir === true;
  }

  /** Takes the lease if it can be had now. */
  async look(): Promise<{ lease: WriterLease; left: LeftBehind } | undefined> {
    const found = await this.#read();
    if (found === undefined) {
      // Who sees nothing knows nothing: an election in the database must not look like a holder that is silent.
      this.#watched = undefined;
      return undefined;
    }
    const { document, barred } = found;
    if (document === null) {
      const epoch = barred + 1;
      const isMine = await inserted(this.#leases, { _id: LEASE_KEY, ...this.#mine, epoch, beats: 1 });
      return isMine ? this.#taken(epoch, {}) : undefined;
    }
    // The answer to the write that took it was lost.
    if (document.holder === this.#mine.holder) return this.#taken(document.epoch!, document);
    await this.#watch(document);
    if (!this.#mayTake(document)) return undefined;
    const epoch = Math.max(document.epoch ?? 0, barred) + 1;
    const update = {
      $set: { ...this.#mine, epoch, beats: document.beats + 1 },
      $unset: { leaving: true, heir: true, heirListens: true },
    } as const;
    const { matchedCount } = await this.#leases.updateOne(asSeen(document), update);
    if (matchedCount === 1) return this.#taken(epoch, document);
    // Another taker was faster, or the holder lives.
    await sleep(Math.random() * WATCH_MS);
    return undefined;
  }

  async #watch(document: LeaseDocument): Promise<void> {
    const { holder, beats } = document;
    const { standby, name } = this.#options;
    const before = this.#watched;
    const moved = before !== undefined && (before.beats !== beats || before.holder !== holder);
    if (moved && holder !== null && standby === undefined) throw inUse(name, document);
    if (before === undefined || moved) {
      if (before?.isHeir && holder !== null && before.holder !== holder) throw inUse(name, document);
      if (before?.holder !== holder && holder !== null) standby?.onHolder(describe(document));
      const isHeir = before?.isHeir ?? false;
      this.#watched = { holder, beats, since: performance.now(), isHeir };
    }
    if (document.leaving !== true || standby?.onLeaving === undefined) return;
    if (!this.isHeir) {
      if (!(await becomeHeir(this.#db, document, this.#mine.holder))) return;
      this.#watched!.isHeir = true;
      await standby.onLeaving();
    } else if (document.heirListens === true) return;
    // At each look until it stands there: where a document is not changed in one step, a beat of the holder's may undo it.
    await heirListens(this.#db, document, this.#mine.holder);
  }

  #mayTake(document: LeaseDocument): boolean {
    const stoodStill = performance.now() - this.#watched!.since > this.#terms.leaseMs;
    if (stoodStill) return true;
    // The heir listens already: the others let it go first.
    const isAnothers = document.heir !== undefined && document.heir !== this.#mine.holder;
    return !isAnothers && (document.holder === null || isDead(document));
  }

  #taken(epoch: number, left: LeftBehind) {
    const { holder } = this.#mine;
    return { lease: new WriterLease(this.#leases, { holder, epoch }, this.#terms), left };
  }

  /** Undefined when the database does not answer and this is a wait. */
  async #read() {
    try {
      return {
        document: await this.#leases.findOne({ _id: LEASE_KEY }),
        barred: await barredEpoch(this.#db),
      };
    } catch (error) {
      if (this.#options.standby === undefined) throw error;
      return undefined;
    }
  }
}

/** The document as it was seen, what its holder left included: a holder that is not well logs batches without a beat. */
function asSeen({ holder, beats, epoch, group, updates }: LeaseDocument): Filter<LeaseDocument> {
  // Null matches a member that is absent.
  const members = { epoch: epoch ?? null, 'group.id': group?.id ?? null, updates: updates ?? null };
  return { _id: LEASE_KEY, holder, beats, ...members } as Filter<LeaseDocument>;
}

export function readLease(db: Db): Promise<LeaseDocument | null> {
  return db.collection<LeaseDocument>('shoal').findOne({ _id: LEASE_KEY });
}

/**
 * Waits until it is sure that no writer lives, and writes nothing.
 * @returns the lease as it was seen
 * @throws StoreError `in-use` when one does
 */
export async function awaitNoHolder(db: Db, name: string, leaseMs: number): Promise<LeaseDocument | null> {
  const first = await readLease(db);
  const began = performance.now();
  for (let found = first; ; found = await readLease(db)) {
    if (found === null || found.holder === null || isDead(found)) return found;
    if (found.beats !== first?.beats || found.holder !== first?.holder) throw inUse(name, found);
    if (performance.now() - began > leaseMs) return found;
    await sleep(WATCH_MS);
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

function describe({ holder, host, pid }: LeaseDocument): string {
  if (holder === null) return 'nobody';
  const isOwn = host === hostname() && pid === process.pid;
  return isOwn ? `another writer of this process (pid ${pid})` : `the process with pid ${pid} on ${host}`;
}

function inUse(name: string, lease: LeaseDocument): StoreError {
  const isOwn = lease.host === hostname() && lease.pid === process.pid;
  const advice = isOwn ? '' : '; end it first';
  return new StoreError('in-use', `${name} is in use by ${describe(lease)}${advice}: one writer at a time.`);
}
