/** The tasks of a test as its table shows them: texts to search, values to sort by (docs/spec/web-ui.md §4.7). */
import type { BadTaskDocument, TaskDocument, TaskWorkerInfo } from '../../model/documents.js';
import { longWorkerName } from '../../model/names.js';
import type { Chi2 } from '../../rules/chi2.js';
import { type DisplayedResidual, displayResidual } from '../../rules/residual-display.js';
import type { RunHead } from '../../store/port.js';
import type { SiteParts } from '../visit.js';
import { findTasks } from './run-tasks.js';

export interface TaskRow {
  readonly idx: number;
  readonly worker: string;
  readonly info: string;
  readonly active: boolean;
  readonly isPurged: boolean;
  readonly lastUpdated: number;
  readonly played: number;
  readonly wanted: number;
  readonly wins: number;
  readonly losses: number;
  readonly draws: number;
  readonly pentanomial: readonly number[] | undefined;
  readonly crashes: number;
  readonly time: number;
  readonly residual: DisplayedResidual;
}

/** Purged tasks as they were before; tasks without results are left out. */
export async function taskRows(parts: SiteParts, head: RunHead, chi2: Chi2): Promise<TaskRow[]> {
  const rows: TaskRow[] = [];
  for (const [idx, task] of (await findTasks(parts, head._id)).entries()) {
    if (task.bad === undefined && task.stats !== undefined) rows.push(rowOf(idx, task, chi2));
  }
  for (const task of await parts.reader.badTasks(head._id)) {
    if (task.stats !== undefined) rows.push(rowOf(task.task_id, task, chi2));
  }
  return rows;
}

function rowOf(idx: number, task: TaskDocument | BadTaskDocument, chi2: Chi2): TaskRow {
  const { stats, worker_info: info } = task;
  const { wins = 0, losses = 0, draws = 0, crashes = 0, time_losses: time = 0, pentanomial } = stats;
  return {
    idx,
    worker: workerName(info),
    info: workerFacts(info),
    active: task.active,
    isPurged: task.bad !== undefined,
    lastUpdated: task.last_updated,
    played: wins + losses + draws,
    wanted: task.num_games,
    wins,
    losses,
    draws,
    pentanomial,
    crashes,
    time,
    residual: displayResidual(task, chi2),
  };
}

/** Old documents may lack any of it. */
function workerName(info: Partial<TaskWorkerInfo> | undefined): string {
  const { username, concurrency, unique_key: key } = info ?? {};
  if (username === undefined || concurrency === undefined || key === undefined) return username ?? 'unknown';
  return longWorkerName({ username, concurrency, unique_key: key, modified: info?.modified === true });
}

function workerFacts(info: Partial<TaskWorkerInfo> | undefined): string {
  if (info === undefined) return '';
  const version = (numbers: readonly number[] | undefined) => numbers?.join('.');
  const compiler = [info.compiler, version(info.gcc_version)].filter(isThere).join(' ');
  const facts = [
    info.uname,
    info.max_memory === undefined ? undefined : `${info.max_memory} MiB`,
    compiler,
    version(info.python_version) && `Python ${version(info.python_version)}`,
    info.version === undefined ? undefined : `worker ${info.version}${info.modified === true ? '*' : ''}`,
    info.worker_arch,
  ];
  return facts.filter(isThere).join('; ');
}

function isThere(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}
