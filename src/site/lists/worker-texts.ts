/** What the table of workers shows of each, and whether that has a text that is searched for. */
import type { TaskWorkerInfo } from '../../model/documents.js';
import { shortWorkerName } from '../../model/names.js';
import { remembered } from '../remembered.js';

const TAG_LENGTH = 20;

/** What a worker says of itself; old tasks lack any of it. */
type Info = Partial<Omit<TaskWorkerInfo, 'nps'>>;

export interface WorkerRow {
  readonly info: Info;
  readonly nps: number;
  readonly lastUpdated: number;
  readonly runId: string;
  readonly branch: string;
  readonly taskId: number;
}

export interface WorkerFilter {
  /** In small letters. */
  readonly text: string;
  /** Of this account alone. */
  readonly owner: string | undefined;
}

/** @param branch of the run whose workers are asked about */
export function filterOf({ text, owner }: WorkerFilter, branch: string): (row: WorkerRow) => boolean {
  const ran = `${shownBranch(branch)}/`.toLowerCase();
  return ({ info, nps, taskId }) => {
    if (owner !== undefined && info.username !== owner) return false;
    return (
      text === '' ||
      searchTexts(info).some((shown) => shown.includes(text)) ||
      `${ran}${taskId}`.includes(text) ||
      mnps(nps).includes(text)
    );
  };
}

/**
 * What the columns show of a worker, in small letters: all but speed, test and time, which are its task's. A description stays while
 * its worker does.
 */
const searchTexts = remembered((info: Info): readonly string[] => {
  const shown = [
    info.username ?? '',
    String(info.concurrency ?? ''),
    uuidOf({ info }),
    String(info.max_memory ?? ''),
    info.uname ?? '',
    info.worker_arch ?? 'unknown',
    compilerText(info),
    versionText(info.python_version),
    workerVersion(info),
  ];
  return [...new Set(shown.map((each) => each.toLowerCase()))];
});

export function mnps(nps: number): string {
  return (nps / 1e6).toFixed(2);
}

export function uuidOf({ info }: Pick<WorkerRow, 'info'>): string {
  return (info.unique_key ?? '').split('-', 1)[0]!;
}

export function compilerText(info: Info): string {
  return `${info.compiler ?? 'g++'} ${versionText(info.gcc_version)}`.trim();
}

/** Of numbers; in the oldest documents it is a text. */
export function versionText(version: readonly number[] | string | undefined): string {
  return Array.isArray(version) ? version.join('.') : String(version ?? '');
}

export function workerVersion({ version, modified }: Info): string {
  return `${version ?? ''}${modified === true ? '*' : ''}`;
}

export function runningOn({ branch, taskId }: WorkerRow): string {
  return `${shownBranch(branch)}/${taskId}`;
}

function shownBranch(branch: string): string {
  return [...branch].slice(0, TAG_LENGTH).join('');
}

export function shortName({ info }: WorkerRow): string {
  const { username = '', concurrency = 0, unique_key = '' } = info;
  return shortWorkerName({ username, concurrency, unique_key });
}
