/** One run in a database of MongoDB, and what its document and the redo log have of it. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ObjectId } from 'mongodb';
import { MongodbStore } from '../../src/store/mongodb/store.js';
import type { Writer, WriterOptions } from '../../src/store/port.js';
import { batch, change, liveOf, newTask, runHead, taskUpdate } from './documents.js';
import { type MongodbPlace, mongodbPlace } from './mongodb-place.js';

/** Longer than any of these tests takes. */
export const NEVER_MS = 600_000;
/** What a renewal that is under way may take. */
const RENEWAL_MS = 300;
export const head = runHead(1);

/** What the test that runs has opened, also when it fails. */
export const opened: (() => Promise<unknown>)[] = [];

/** For afterEach. */
export async function closeOpened(): Promise<void> {
  for (const close of opened.splice(0).reverse()) await close();
}

export async function openPlace(): Promise<MongodbPlace> {
  const place = await mongodbPlace();
  opened.push(() => place.remove());
  return place;
}

export async function open(
  place: MongodbPlace,
  delayMs: number,
  url = place.url,
  options: WriterOptions = {},
): Promise<Writer> {
  const writer = await new MongodbStore(url, { connections: 2, delayMs }).openWriter(options);
  // One that has lost its lease cannot close well.
  opened.push(() => writer.close().catch(() => {}));
  return writer;
}

/** A run that is known to go on, with one task. */
export async function begin(writer: Writer): Promise<void> {
  const insert = change(head._id, { insert: head, live: liveOf(head), tasks: [newTask(0)] });
  await writer.commit(batch({ runs: [insert] }));
}

export async function commitWins(writer: Writer, wins: number): Promise<void> {
  await writer.commit(batch({ runs: [change(head._id, { tasks: [taskUpdate(0, wins)] })] }));
}

export const updatedAt = (last_updated: number) => liveOf(head, { last_updated });
export const stored = ({ db }: MongodbPlace) =>
  db.collection('runs').findOne({ _id: new ObjectId(head._id) });
export const storedWins = async (place: MongodbPlace) => (await stored(place))?.['tasks'][0].stats.wins;
/** Entries of the log; the fence of the epoch is beside them. */
export const logged = ({ db }: MongodbPlace) =>
  db.collection<{ _id: string }>('shoal_updates').countDocuments({ _id: { $ne: 'fence' } });

/**
 * As if the writer's process were gone, on another host, for long. A server that changes a document in two steps may write a
 * renewal under way over it, and the holder is back: so it is done until it stays.
 */
export async function forsake({ db }: MongodbPlace): Promise<void> {
  const leases = db.collection<{ _id: string; holder: string | null }>('shoal');
  do {
    await leases.updateOne({ _id: 'primary' }, { $set: { holder: null } });
    await sleep(RENEWAL_MS);
  } while ((await leases.findOne({ _id: 'primary' }))?.holder !== null);
}

export async function until(condition: () => Promise<boolean>): Promise<void> {
  const began = performance.now();
  while (!(await condition())) {
    assert.ok(performance.now() - began < 60_000, 'it did not come true within a minute');
    await sleep(50);
  }
}
