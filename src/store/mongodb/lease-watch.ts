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
import {
  LEASE_KEY,
  type LeaseDocument,
  type LeaseTerms,
  type LeftBehind,
  WriterLease,
} from './writer-lease.js';

const WATCH_MS = 200;

interface Watched {
  holder: string | null;
  beats: number;
  since: number;
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
  const leases = db.collection<LeaseDocument>('shoal');
  const mine = { holder: randomUUID(), host: hostname(), pid: process.pid, since: new Date() };
  const { leaseMs = LEASE_MS, standby, name } = options;
  const { mayRenew = () => true, onRenewed = () => {}, onLost = () => {} } = options;
  const terms: LeaseTerms = { leaseMs, mayRenew, onRenewed, onLost };
  let watched: Watched | undefined;
  for (;;) {
    const found = await look(db, leases, standby);
    if (found === undefined) {
      // Who sees nothing knows nothing: an election in the database must not look like a holder that is silent.
      watched = undefined;
    } else if (found.document === null) {
      const epoch = found.barred + 1;
      if (await inserted(leases, { _id: LEASE_KEY, ...mine, epoch, beats: 1 }))
        return { lease: new WriterLease(leases, { holder: mine.holder, epoch }, terms), left: {} };
      continue;
    } else {
      const { document } = found;
      // The answer to the write that took it was lost.
      if (document.holder === mine.holder) return taken(document.epoch!, document);
      const moved =
        watched !== undefined && (watched.beats !== document.beats || watched.holder !== document.holder);
      if (moved && document.holder !== null && standby === undefined) throw inUse(name, document);
      if (watched === undefined || moved) {
        const { holder, beats } = document;
        if (watched?.holder !== holder) standby?.onHolder(describe(document));
        watched = { holder, beats, since: performance.now() };
      }
      const stoodStill = performance.now() - watched.since > leaseMs;
      if (document.holder === null || isDead(document) || stoodStill) {
        const epoch = Math.max(document.epoch ?? 0, found.barred) + 1;
        const update = { $set: { ...mine, epoch, beats: document.beats + 1 } };
        const { matchedCount } = await leases.updateOne(asSeen(document), update);
        if (matchedCount === 1) return taken(epoch, document);
        // Another taker was faster, or the holder lives.
        await sleep(Math.random() * WATCH_MS);
        continue;
      }
    }
    if (standby?.signal.aborted) throw new StoreError('closed', `The wait for ${name} was ended.`);
    await sleep(WATCH_MS);
  }

  function taken(epoch: number, left: LeftBehind) {
    return { lease: new WriterLease(leases, { holder: mine.holder, epoch }, terms), left };
  }
}

/** Undefined when the database does not answer and this is a wait. */
async function look(db: Db, leases: Collection<LeaseDocument>, standby: StandbyWait | undefined) {
  try {
    return { document: await leases.findOne({ _id: LEASE_KEY }), barred: await barredEpoch(db) };
  } catch (error) {
    if (standby === undefined) throw error;
    return undefined;
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
