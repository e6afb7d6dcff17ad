/**
 * Workers on active tasks. A list of them is only their places in memory with the key that sorts them; rows are made of one
 * page. On a secondary, whose memory has none, they come from the store.
 */
import { scanTasks, withUnfinished } from '../../jobs/scan.js';
import { sortedSlice } from '../../rules/sorted-slice.js';
import { readRun } from '../../rules/stored-run.js';
import { readTask, readWorkerInfo } from '../../rules/stored-task.js';
import { fixedHead } from '../../state/run-document.js';
import { RunWord } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import { TaskFlag, TaskFloat, TaskWord } from '../../state/task-record.js';
import type { SiteParts } from '../visit.js';
import type { Sorting, SortOrder } from './paging.js';
import { filterOf, uuidOf, type WorkerFilter, type WorkerRow } from './worker-texts.js';

export const WORKER_SORTS = {
  last_active: 'desc',
  machine: 'asc',
  cores: 'desc',
  uuid: 'asc',
  mnps: 'desc',
  ram: 'desc',
  system: 'asc',
  arch: 'asc',
  compiler: 'asc',
  python: 'desc',
  worker: 'desc',
  running_on: 'asc',
} as const satisfies Record<string, SortOrder>;
export type WorkerSort = keyof typeof WORKER_SORTS;

export interface WorkerQuery extends Sorting<WorkerSort>, WorkerFilter {}

export interface WorkerList {
  readonly count: number;
  /** Looking for the text took too long: there may be more. */
  readonly isCut: boolean;
  page(from: number, to: number): WorkerRow[];
}

/** What stands in a task's record needs no look at what its worker says. */
const RECORDED = { last_active: TaskFloat.lastUpdated, mnps: TaskFloat.nps } as const;
type RecordedSort = keyof typeof RECORDED;

const SEARCH_MS = 100;
/** Workers are looked at for so long before what else the thread has to do has its turn. */
const TURN_MS = 2;
const KEPT_MS = 1_000;
const STORE_KEPT_MS = 10_000;

export async function activeWorkers(parts: SiteParts, query: WorkerQuery): Promise<WorkerList> {
  const { sort, order, text, owner } = query;
  if (!parts.isPrimary) {
    const rows = await parts.kept.get('workers of the store', STORE_KEPT_MS, () => storedWorkers(parts));
    return listOf(rows, query);
  }
  const key = `workers ${JSON.stringify([sort, order, text, owner])}`;
  return await parts.kept.get(key, KEPT_MS, () => scanWorkers(parts.state, query));
}

async function scanWorkers(state: State, query: WorkerQuery): Promise<WorkerList> {
  const { runs, tasks } = state;
  const { i32, f64 } = tasks.records;
  const slots: number[] = [];
  const taskIds: number[] = [];
  const keys: (number | string)[] = [];
  const recorded = Object.hasOwn(RECORDED, query.sort) ? RECORDED[query.sort as RecordedSort] : undefined;
  const needsInfo = recorded === undefined || query.text !== '' || query.owner !== undefined;
  const turns = new ScanTurns();
  for (const slot of runs.unfinished()) {
    if (query.text !== '' && turns.spentMs > SEARCH_MS) break;
    const runId = runs.id(slot);
    const branch = withUnfinished(state, slot, () => fixedHead(state, slot).args.new_tag);
    if (branch === undefined) continue;
    const fits = filterOf(query, branch);
    scanTasks(state, slot, (taskId, offset) => {
      if ((i32[offset + TaskWord.flags]! & TaskFlag.active) === 0) return;
      let key: number | string | undefined = recorded && f64[offset / 2 + recorded]!;
      if (needsInfo) {
        const row = rowAt(state, offset, { runId, branch, taskId });
        if (!fits(row)) return;
        key ??= SORT_KEYS[query.sort](row);
      }
      slots.push(slot);
      taskIds.push(taskId);
      keys.push(key!);
    });
    await turns.next();
  }
  const compare = comparing(keys, query.order);
  return {
    count: slots.length,
    isCut: query.text !== '' && turns.spentMs > SEARCH_MS,
    page: (from, to) =>
      sortedSlice(slots.length, compare, from, to)
        .map((i) => readRow(state, slots[i]!, taskIds[i]!))
        .filter((row) => row !== undefined),
  };
}

/** Lets what else the thread has to do have its turn, and knows how long the scan itself took. */
class ScanTurns {
  #before = 0;
  #began = performance.now();

  get spentMs(): number {
    return this.#before + performance.now() - this.#began;
  }

  async next(): Promise<void> {
    const now = performance.now();
    if (now - this.#began < TURN_MS) return;
    this.#before += now - this.#began;
    await new Promise(setImmediate);
    this.#began = performance.now();
  }
}

/** Undefined when the worker has left the task meanwhile. */
function readRow(state: State, slot: number, taskId: number): WorkerRow | undefined {
  return withUnfinished(state, slot, () => {
    if (taskId >= state.runs.word(slot, RunWord.taskCount)) return undefined;
    const offset = state.tasks.offsetOf(slot, taskId);
    if ((state.tasks.records.i32[offset + TaskWord.flags]! & TaskFlag.active) === 0) return undefined;
    const branch = fixedHead(state, slot).args.new_tag;
    return rowAt(state, offset, { runId: state.runs.id(slot), branch, taskId });
  });
}

/** Call under the run's lock. */
function rowAt(
  { tasks, workerProfiles }: State,
  offset: number,
  place: Pick<WorkerRow, 'runId' | 'branch' | 'taskId'>,
): WorkerRow {
  const { i32, f64 } = tasks.records;
  return {
    ...place,
    info: workerProfiles.get(i32[offset + TaskWord.workerInfo]!),
    nps: f64[offset / 2 + TaskFloat.nps]!,
    lastUpdated: f64[offset / 2 + TaskFloat.lastUpdated]!,
  };
}

async function storedWorkers({ reader }: SiteParts): Promise<WorkerRow[]> {
  const rows: WorkerRow[] = [];
  for await (const head of reader.unfinishedRuns()) {
    const { _id, args, workers } = readRun(head);
    if (!(workers > 0)) continue;
    let taskId = 0;
    for await (const task of reader.tasks(_id)) {
      const { active, last_updated: lastUpdated } = readTask(task);
      const info = readWorkerInfo(task.worker_info);
      const place = { runId: _id, branch: args.new_tag, taskId: taskId++ };
      if (active) rows.push({ ...place, info: info ?? {}, nps: info?.nps ?? 0, lastUpdated });
    }
  }
  return rows;
}

function listOf(all: readonly WorkerRow[], query: WorkerQuery): WorkerList {
  const rows = all.filter((row) => filterOf(query, row.branch)(row));
  const compare = comparing(rows.map(SORT_KEYS[query.sort]), query.order);
  return {
    count: rows.length,
    isCut: false,
    page: (from, to) => sortedSlice(rows.length, compare, from, to).map((i) => rows[i]!),
  };
}

/** Equal ones keep the order in which they were found. */
function comparing(keys: readonly (number | string)[], order: SortOrder): (a: number, b: number) => number {
  const sign = order === 'asc' ? 1 : -1;
  return (a, b) => {
    const [left, right] = [keys[a]!, keys[b]!];
    if (left === right) return a - b;
    return left < right ? -sign : sign;
  };
}

/** Numbers of a version as a text that sorts as they do. */
function sortable(version: readonly number[] | undefined): string {
  return (Array.isArray(version) ? version : []).map((part) => String(part).padStart(8, '0')).join('.');
}

const SORT_KEYS: Readonly<Record<WorkerSort, (row: WorkerRow) => number | string>> = {
  last_active: ({ lastUpdated }) => lastUpdated,
  machine: ({ info }) => (info.username ?? '').toLowerCase(),
  cores: ({ info }) => info.concurrency ?? 0,
  uuid: uuidOf,
  mnps: ({ nps }) => nps,
  ram: ({ info }) => info.max_memory ?? 0,
  system: ({ info }) => info.uname ?? '',
  arch: ({ info }) => info.worker_arch ?? '',
  compiler: ({ info }) => `${info.compiler ?? 'g++'} ${sortable(info.gcc_version)}`,
  python: ({ info }) => sortable(info.python_version),
  worker: ({ info }) => (Number(info.version) || 0) * 2 + (info.modified === true ? 1 : 0),
  running_on: ({ branch, taskId }) => `${branch}/${String(taskId).padStart(8, '0')}`,
};
