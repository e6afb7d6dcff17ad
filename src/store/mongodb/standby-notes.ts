/**
 * What standbys say of themselves: a document of `shoal` each, whose beats tell that it waits still. And how one of them is made the
 * heir of a holder that is about to go: it listens before the holder stops to, and the others let it go first.
 */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Collection, Db } from 'mongodb';
import { LEASE_KEY, type LeaseDocument } from './writer-lease.js';

const BEAT_MS = 1_000;
/** A standby whose beats stood still for so long waits no longer. */
const SILENT_MS = 5_000;
/** ...and is forgotten after so long. */
const FORGOTTEN_MS = 60_000;
const LOOK_MS = 20;
const PREFIX = 'standby-';

interface Note {
  _id: string;
  host: string;
  pid: number;
  beats: number;
}

/** A standby's own note. */
export class StandbyNote {
  readonly #notes: Collection<Note>;
  readonly #_id: string;
  #last = Number.NEGATIVE_INFINITY;

  constructor(db: Db, id: string) {
    this.#notes = db.collection<Note>('shoal');
    this.#_id = PREFIX + id;
  }

  /** Says that it waits, if that is due. */
  async beat(): Promise<void> {
    if (performance.now() - this.#last < BEAT_MS) return;
    this.#last = performance.now();
    const update = { $set: { host: hostname(), pid: process.pid }, $inc: { beats: 1 } };
    await this.#notes.updateOne({ _id: this.#_id }, update, { upsert: true });
  }

  async remove(): Promise<void> {
    if (this.#last > 0) await this.#notes.deleteOne({ _id: this.#_id });
  }
}

/** The holder's look at those who wait; by its own clock alone. */
export class StandbyWatch {
  readonly #notes: Collection<Note>;
  readonly #seen = new Map<string, { beats: number; moved: number; since: number }>();

  constructor(db: Db) {
    this.#notes = db.collection<Note>('shoal');
  }

  /** Those whose beats moved lately. */
  async standbys(): Promise<string[]> {
    const living: string[] = [];
    const now = performance.now();
    // "." follows "-".
    const found = await this.#notes.find({ _id: { $gte: PREFIX, $lt: 'standby.' } }).toArray();
    for (const { _id, host, pid, beats } of found) {
      const before = this.#seen.get(_id);
      const hasMoved = before !== undefined && before.beats !== beats;
      const moved = hasMoved ? now : (before?.moved ?? Number.NEGATIVE_INFINITY);
      const since = before?.since ?? now;
      this.#seen.set(_id, { beats, moved, since });
      if (now - moved < SILENT_MS) living.push(`the process with pid ${pid} on ${host}`);
      else if (now - Math.max(since, moved) > FORGOTTEN_MS) await this.#notes.deleteOne({ _id });
    }
    return living.sort();
  }
}

/** Makes the caller the heir of the holder in `lease`, unless another is. @returns whether it is */
export async function becomeHeir(db: Db, { holder }: LeaseDocument, heir: string): Promise<boolean> {
  const filter = { _id: LEASE_KEY, holder, leaving: true, heir: null } as object;
  return (await leases(db).updateOne(filter, { $set: { heir } })).matchedCount === 1;
}

/** Tells the holder in `lease` that its heir listens. May be said again. */
export async function heirListens(db: Db, { holder }: LeaseDocument, heir: string): Promise<void> {
  const filter = { _id: LEASE_KEY, holder, leaving: true, heir: { $in: [heir, null] } } as object;
  await leases(db).updateOne(filter, { $set: { heir, heirListens: true } });
}

/** Waits until an heir listens. @returns false when none does in time */
export async function awaitHeir(db: Db, holder: string, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (performance.now() < until) {
    const found = await leases(db).findOne({ _id: LEASE_KEY, holder });
    if (found?.heirListens === true) return true;
    await sleep(LOOK_MS);
  }
  return false;
}

function leases(db: Db): Collection<LeaseDocument> {
  return db.collection<LeaseDocument>('shoal');
}
