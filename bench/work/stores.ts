/**
 * How many tasks a second one writer makes durable, and whether that depends on how the tasks are spread over runs: the embedded
 * store, and the MongoDB server that MONGODB_URI names, if any, in a database of its own.
 */
import { emptyBatch } from '../../src/state/collect-batch.js';
import type { RunHead, RunLive, RunWrite, TaskWrite, WriteBatch } from '../../src/store/port.js';
import { placeOn } from '../../test/store/mongodb-place.js';
import { sqlitePlace } from '../../test/store/sqlite-place.js';
import type { StorePlace } from '../../test/store/store-place.js';
import { runHead, runId, taskWrite } from '../seed/farm.js';
import { type Figure, figure } from './result.js';

const TASKS = 9_000;
const TASKS_A_GROUP = 200;
/** The same tasks in so many runs. */
const SPREADS = [900, 30, 1] as const;

export async function measureStores(groups: number, rounds: number): Promise<Figure[]> {
  const places = new Map<string, () => Promise<StorePlace>>([['SQLite', sqlitePlace]]);
  const uri = process.env['MONGODB_URI'];
  if (uri !== undefined) places.set('MongoDB', () => placeOn(uri));
  const figures: Figure[] = [];
  for (const [subject, open] of places) {
    const found = SPREADS.map(() => ({ durable: [] as number[], closed: [] as number[] }));
    for (let round = 0; round < rounds; round++) {
      for (const [i, runs] of SPREADS.entries()) {
        const { durable, closed } = await measure(await open(), runs, groups);
        found[i]!.durable.push(durable);
        found[i]!.closed.push(closed);
      }
    }
    for (const [i, runs] of SPREADS.entries()) {
      const { durable, closed } = found[i]!;
      const name = `tasks written, ${TASKS / runs} tasks a run`;
      figures.push(figure(name, subject, 'tasks/s', durable));
      figures.push(figure(`${name}, until the store is closed`, subject, 'tasks/s', closed));
    }
  }
  return figures;
}

async function measure(
  place: StorePlace,
  runs: number,
  groups: number,
): Promise<{ durable: number; closed: number }> {
  const now = Date.now();
  const tasks = TASKS / runs;
  const writer = await place.store.openWriter();
  const heads = Array.from({ length: runs }, (_, i) => runHead(i, now));
  for (const [i, insert] of heads.entries()) {
    const writes = Array.from({ length: tasks }, (_, k) => taskWrite(k, true, i * tasks + k, now));
    await writer.commit(
      groupOf([{ ...empty(insert._id), insert, live: liveOf(insert, now), tasks: writes }]),
    );
  }
  const began = performance.now();
  for (let i = 0; i < groups; i++) {
    const changes = new Map<number, TaskWrite[]>();
    for (let k = 0; k < TASKS_A_GROUP; k++) {
      const task = ((i * TASKS_A_GROUP + k) * 7919) % TASKS;
      const run = Math.floor(task / tasks);
      const { worker_info: _, ...update } = taskWrite(task % tasks, true, 0, now + i);
      changes.set(run, [...(changes.get(run) ?? []), { ...update, isNew: false }]);
    }
    const written = [...changes].map(([run, tasks]) => ({
      ...empty(runId(run)),
      live: liveOf(heads[run]!, now + i),
      tasks,
    }));
    await writer.commit(groupOf(written));
  }
  const durable = performance.now() - began;
  await writer.close();
  const closed = performance.now() - began;
  await place.remove();
  const count = groups * TASKS_A_GROUP;
  return { durable: (count / durable) * 1000, closed: (count / closed) * 1000 };
}

function liveOf(head: RunHead, last_updated: number): RunLive {
  const { _id, version, start_time, tc_base, args, ...live } = head;
  const { itp, num_games, priority, throughput, auto_purge, info, sprt } = args;
  const settings = { itp, num_games, priority, throughput, auto_purge, info, ...(sprt && { sprt }) };
  return { ...live, last_updated, args: settings };
}

function empty(id: string): RunWrite {
  return { runId: id, tasks: [], badTasks: [], spsaHistory: [] };
}

function groupOf(runs: RunWrite[]): WriteBatch {
  return { ...emptyBatch(), runs };
}
