/**
 * A farm of years, for the pages: finished tests, events, accounts, networks and blocked workers in numbers that fishtest has,
 * beside the workers and tests of farm.ts. Everything follows from a number, so that two farms of one size are the same.
 */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { emptyBatch } from '../../src/state/collect-batch.js';
import { openStore } from '../../src/store/open-store.js';
import type { WriteBatch, Writer } from '../../src/store/port.js';
import { benchUser, type FarmOptions, writeFarm } from './farm.js';
import {
  accountOf,
  blockedWorkerOf,
  bookEntry,
  contributorOf,
  diffAnswer,
  eventOf,
  netOf,
} from './page-records.js';
import { finishedRun, longRun, pendingRun, tuneRun } from './page-runs.js';

export interface PageFarm {
  readonly finished: number;
  readonly actions: number;
  readonly accounts: number;
  readonly nets: number;
  readonly blocked: number;
  /** Of the finished test that has the most. */
  readonly tasks: number;
}

export const WHOLE: PageFarm = {
  finished: 200_000,
  actions: 400_000,
  accounts: 10_000,
  nets: 3_000,
  blocked: 1_000,
  tasks: 20_000,
};
export const SMALL: PageFarm = {
  finished: 20_000,
  actions: 40_000,
  accounts: 1_000,
  nets: 300,
  blocked: 100,
  tasks: 2_000,
};
const PENDING = 20;
/** 300 unfinished tests with those that wait for an approver, and 10,000 workers. */
export const POLLED: FarmOptions = { runs: 300 - PENDING, tasks: 10_000 };
/** The index of words is written once a batch. */
const A_BATCH = 10_000;

/**
 * @param kept a directory in which a farm of this size may be already, and stays
 * @returns where the farm is
 */
export async function keptPageFarm(
  kept: string,
  farm: PageFarm,
  say: (line: string) => void,
): Promise<string> {
  const directory = join(kept, `pages-${farm.finished}`);
  if (existsSync(directory)) return directory;
  const unfinished = `${directory}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(kept, { recursive: true });
  await writePageFarm(unfinished, farm, say);
  await rename(unfinished, directory);
  return directory;
}

export async function writePageFarm(
  directory: string,
  farm: PageFarm,
  say: (line: string) => void,
): Promise<void> {
  const began = performance.now();
  say(`pages: writing ${farm.finished} finished tests and ${farm.actions} events`);
  await writeFarm(directory, POLLED);
  const writer = await openStore(`sqlite:${directory}`).openWriter();
  const now = Date.now();
  try {
    await writer.commit({ ...emptyBatch(), users: [{ ...benchUser(now), groups: ['group:approvers'] }] });
    await inBatches(writer, farm.finished, (i) => ({ runs: [finishedRun(i, farm.finished, now)] }));
    await inBatches(writer, farm.actions, (i) => ({ actions: [eventOf(i, farm, now)] }));
    await inBatches(writer, farm.accounts, (i) => ({
      users: [accountOf(i, now)],
      contributorEntries: contributorOf(i, now),
    }));
    await inBatches(writer, farm.nets, (i) => ({ nets: [netOf(i, now)] }));
    await inBatches(writer, farm.blocked, (i) => ({ workers: [blockedWorkerOf(i, now)] }));
    await writer.commit({
      ...emptyBatch(),
      runs: [
        longRun(farm.tasks, now),
        tuneRun(now),
        ...Array.from({ length: PENDING }, (_, i) => pendingRun(i, now)),
      ],
      keyValues: [bookEntry()],
      gitHubAnswers: [diffAnswer(now)],
    });
  } finally {
    await writer.close();
  }
  say(`pages: written in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
}

type Items = Pick<WriteBatch, 'runs' | 'actions' | 'users' | 'nets' | 'workers' | 'contributorEntries'>;

async function inBatches(writer: Writer, count: number, one: (i: number) => Partial<Items>): Promise<void> {
  for (let from = 0; from < count; from += A_BATCH) {
    const batch = emptyBatch();
    batch.contributorEntries = [];
    for (let i = from; i < Math.min(count, from + A_BATCH); i++) {
      const { runs, actions, users, nets, workers, contributorEntries } = one(i);
      batch.runs.push(...(runs ?? []));
      batch.actions.push(...(actions ?? []));
      batch.users.push(...(users ?? []));
      batch.nets.push(...(nets ?? []));
      batch.workers.push(...(workers ?? []));
      batch.contributorEntries.push(...(contributorEntries ?? []));
    }
    await writer.commit(batch);
  }
}
