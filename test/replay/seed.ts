/** The state before the first exchange of a transcript, and how a store gets it. */
import { basename, dirname } from 'node:path';
import type { RunDocument, UserDocument } from '../../src/model/documents.js';
import { newObjectId } from '../../src/model/object-id.js';
import { emptyBatch } from '../../src/state/collect-batch.js';
import { openStore } from '../../src/store/open-store.js';
import { listRecordings, readRecording, recordingStem } from '../golden/recordings.js';

/** Ends the stem of a seed. */
const SEED = '-seed';

interface SeedUser extends Omit<UserDocument, 'registration_time' | 'email'> {
  cpu_hours: number | null;
}

export interface Seed {
  readonly users: readonly SeedUser[];
  readonly books: Readonly<Record<string, unknown>>;
  readonly official_master_sha?: string;
  readonly blocked_workers?: readonly { worker_name: string; blocked: boolean; message: string }[];
  readonly runs: Readonly<Record<string, RunDocument>>;
}

/**
 * The seed that lies beside a transcript: FILE-seed.json, or that of the transcript which FILE continues
 * (the longest name that FILE begins with), or the only seed there is.
 */
export async function findSeed(transcript: string): Promise<string> {
  const own = basename(recordingStem(transcript) ?? transcript) + SEED;
  const directory = dirname(transcript);
  const seeds = [...(await listRecordings(directory))].filter(([stem]) => stem.endsWith(SEED));
  const begun = seeds
    .filter(([stem]) => own.startsWith(stem.slice(0, -SEED.length)))
    .sort(([a], [b]) => b.length - a.length);
  const chosen = begun[0] ?? (seeds.length === 1 ? seeds[0] : undefined);
  if (chosen === undefined)
    throw new Error(
      `there is no seed beside ${transcript}: ${own}.json was looked for; name the state that it begins in with --seed FILE`,
    );
  return chosen[1];
}

export async function readSeed(path: string): Promise<Seed> {
  return JSON.parse(await readRecording(path)) as Seed;
}

/** Ids for the runs whose id the seed leaves open; a seed may also name one. */
export function seedRunIds(seed: Seed): Map<string, string> {
  return new Map(
    Object.entries(seed.runs).map(([name, { _id }]) => [
      name,
      /^[0-9a-f]{24}$/.test(_id) ? _id : newObjectId(Date.now()),
    ]),
  );
}

/** Writes the seed into an empty store. */
export async function plantSeed(
  storeUrl: string,
  seed: Seed,
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  const now = Date.now();
  const writer = await openStore(storeUrl).openWriter();
  const runs = Object.entries(seed.runs).map(([name, document]) => {
    const { tasks, bad_tasks: badTasks, ...head } = document;
    if (tasks.length > 0)
      throw new Error(`the seed's run ${name} has tasks: only runs without any are supported`);
    const insert = { ...head, _id: ids.get(name)!, start_time: now, last_updated: now };
    return { runId: insert._id, insert, tasks: [], badTasks: badTasks ?? [], spsaHistory: [] };
  });
  const keyValues: { key: string; value: unknown }[] = [{ key: 'books', value: seed.books }];
  if (seed.official_master_sha !== undefined) {
    keyValues.push({ key: 'official_master_sha', value: seed.official_master_sha });
  }
  try {
    await writer.commit({
      ...emptyBatch(),
      runs,
      keyValues,
      users: seed.users.map(({ cpu_hours: _hours, ...user }) => ({
        ...user,
        registration_time: now,
        email: `${user.username}@example.org`,
      })),
      workers: (seed.blocked_workers ?? []).map((worker) => ({ ...worker, last_updated: now })),
      contributors: seed.users.flatMap(({ username, cpu_hours: cpuHours }) =>
        cpuHours === null ? [] : [{ username, cpuHours }],
      ),
    });
  } finally {
    await writer.close();
  }
}
