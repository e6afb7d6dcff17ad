/**
 * The tasks of a test as its table shows them (docs/spec/web-ui.md §4.7): of all of them what they are sorted and searched
 * by, and texts of those alone that are shown.
 */
import type { BadTaskDocument, TaskDocument, TaskWorkerInfo } from '../../model/documents.js';
import { longWorkerName } from '../../model/names.js';
import type { Chi2 } from '../../rules/chi2.js';
import { type DisplayedResidual, displayResidual } from '../../rules/residual-display.js';
import { readTask } from '../../rules/stored-task.js';
import type { RunHead } from '../../store/port.js';
import { versionText } from '../lists/worker-texts.js';
import { othersTurn } from '../turns.js';
import type { SiteParts } from '../visit.js';
import { taskChunks } from './run-tasks.js';
import { type KeptOrder, keepOrder, keptOrder } from './task-order.js';

/** Texts are made when they are asked for. */
export class TaskRow {
  readonly idx: number;
  readonly #task: TaskDocument | BadTaskDocument;
  readonly #chi2: Chi2;

  constructor(idx: number, task: TaskDocument | BadTaskDocument, chi2: Chi2) {
    this.idx = idx;
    this.#task = task;
    this.#chi2 = chi2;
  }

  get active(): boolean {
    return this.#task.active;
  }

  get isPurged(): boolean {
    return this.#task.bad !== undefined;
  }

  get lastUpdated(): number {
    return this.#task.last_updated;
  }

  get wanted(): number {
    return this.#task.num_games;
  }

  get wins(): number {
    return this.#task.stats.wins ?? 0;
  }

  get losses(): number {
    return this.#task.stats.losses ?? 0;
  }

  get draws(): number {
    return this.#task.stats.draws ?? 0;
  }

  get played(): number {
    return this.wins + this.losses + this.draws;
  }

  get pentanomial(): readonly number[] | undefined {
    return this.#task.stats.pentanomial;
  }

  get crashes(): number {
    return this.#task.stats.crashes ?? 0;
  }

  get time(): number {
    return this.#task.stats.time_losses ?? 0;
  }

  get worker(): string {
    return workerName(this.#task.worker_info);
  }

  get info(): string {
    return workerFacts(this.#task.worker_info);
  }

  get residual(): DisplayedResidual {
    return displayResidual(this.#task, this.#chi2);
  }
}

export function rowOf(idx: number, task: TaskDocument | BadTaskDocument, chi2: Chi2): TaskRow {
  return new TaskRow(idx, task, chi2);
}

type SortValue = number | string;

export interface TaskOrder {
  readonly value: (row: TaskRow) => SortValue;
  /** Names `value`. */
  readonly sort: string;
  readonly isAscending: boolean;
  /** In small letters; empty: all. */
  readonly needle: string;
}

/** Those that fit, in order; equal ones in that of their numbers. */
export interface OrderedTasks {
  readonly count: number;
  /** Tasks with results, whether they fit or not. */
  readonly total: number;
  /** Where the task of that number is, -1: nowhere. */
  placeOf(idx: number): number;
  rows(from: number, to: number): Promise<readonly TaskRow[]>;
}

/** Purged tasks as they were before; tasks without results are left out. */
export async function orderedTasks(
  parts: SiteParts,
  head: RunHead,
  chi2: Chi2,
  order: TaskOrder,
): Promise<OrderedTasks> {
  const by = `${order.sort} ${order.isAscending}`;
  const known = order.needle === '' ? keptOrder(head, by) : undefined;
  if (known !== undefined) return tasksInOrder(parts, head, chi2, known);
  const { rows, total } = await sortedRows(parts, head, chi2, order);
  if (order.needle === '') {
    const purged = rows.flatMap((row, place) => (row.isPurged ? [place] : []));
    const idxs = Uint32Array.from(rows, ({ idx }) => idx);
    keepOrder(head, by, { idxs, purged: new Set(purged), total });
  }
  return {
    count: rows.length,
    total,
    placeOf: (wanted) => rows.findIndex(({ idx }) => idx === wanted),
    rows: async (from, to) => rows.slice(from, to),
  };
}

/** Reads what is shown. */
function tasksInOrder(
  { reader }: SiteParts,
  { _id }: RunHead,
  chi2: Chi2,
  { idxs, purged, total }: KeptOrder,
): OrderedTasks {
  return {
    count: idxs.length,
    total,
    placeOf: (idx) => idxs.indexOf(idx),
    rows: async (from, to) => {
      const places = [...idxs.subarray(from, to)].map((idx, i) => ({ idx, isPurged: purged.has(from + i) }));
      const tasks = await reader.someTasks(
        _id,
        places.filter(({ isPurged }) => !isPurged).map(({ idx }) => idx),
      );
      const bad = places.some(({ isPurged }) => isPurged) ? await reader.badTasks(_id) : [];
      return places.flatMap(({ idx, isPurged }) => {
        const task = isPurged ? bad.find(({ task_id: id }) => id === idx) : tasks.get(idx);
        return task === undefined ? [] : [rowOf(idx, task, chi2)];
      });
    },
  };
}

async function sortedRows(
  parts: SiteParts,
  head: RunHead,
  chi2: Chi2,
  { value, isAscending, needle }: TaskOrder,
): Promise<{ rows: readonly TaskRow[]; total: number }> {
  const found: { readonly row: TaskRow; readonly key: SortValue }[] = [];
  let total = 0;
  const take = (idx: number, task: TaskDocument | BadTaskDocument) => {
    if (task.stats === undefined) return;
    total++;
    const row = rowOf(idx, task, chi2);
    if (needle !== '' && !`${row.worker} ${row.info}`.toLowerCase().includes(needle)) return;
    found.push({ row, key: value(row) });
  };
  for await (const { first, tasks } of taskChunks(parts, head._id)) {
    for (const [i, task] of tasks.entries()) if (task.bad === undefined) take(first + i, task);
  }
  for (const task of await parts.reader.badTasks(head._id)) {
    const { task_id: idx }: { task_id: unknown } = task;
    // A purged task without its number cannot be told from another.
    if (typeof idx === 'number') take(idx, readTask(task));
  }
  await othersTurn();
  const sign = isAscending ? 1 : -1;
  found.sort((a, b) => {
    if (a.key === b.key) return a.row.idx - b.row.idx;
    return a.key < b.key ? -sign : sign;
  });
  return { rows: found.map(({ row }) => row), total };
}

/** Old documents may lack any of it. */
function workerName(info: Partial<TaskWorkerInfo> | undefined): string {
  const { username, concurrency, unique_key: key } = info ?? {};
  if (username === undefined || concurrency === undefined || key === undefined) return username ?? 'unknown';
  return longWorkerName({ username, concurrency, unique_key: key, modified: info?.modified === true });
}

function workerFacts(info: Partial<TaskWorkerInfo> | undefined): string {
  if (info === undefined) return '';
  const compiler = [info.compiler, versionText(info.gcc_version)].filter(isThere).join(' ');
  const facts = [
    info.uname,
    info.max_memory === undefined ? undefined : `${info.max_memory} MiB`,
    compiler,
    versionText(info.python_version) && `Python ${versionText(info.python_version)}`,
    info.version === undefined ? undefined : `worker ${info.version}${info.modified === true ? '*' : ''}`,
    info.worker_arch,
  ];
  return facts.filter(isThere).join('; ');
}

function isThere(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}
