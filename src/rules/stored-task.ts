/**
 * A task as old databases hold it, made whole for people's eyes, and for memory, whose words hold numbers of 31 bits
 * (docs/spec/data-model.md §2.7): what is missing or has another type is 0, "", false, or is left out. A whole one stays as it is.
 */
import type {
  BadTaskDocument,
  Results,
  TaskDocument,
  TaskSpsaParams,
  TaskWorkerInfo,
} from '../model/documents.js';
import { readResults } from './stored-run.js';
import { instant, isNumber, isRecord, isText } from './stored-values.js';

type Counts = Omit<TaskDocument, 'worker_info' | 'stats' | 'spsa_params' | 'bad'> & {
  readonly bad: boolean;
  /** Undefined: it has none stored. */
  readonly stats: Results | undefined;
  readonly spsa_params: TaskSpsaParams | undefined;
};

const LARGEST = 0x7fffffff;
/** What a member of a worker's description may be. Texts stand for lists of numbers in the oldest documents. */
const INFO: readonly (readonly [name: keyof TaskWorkerInfo, isFit: (value: unknown) => boolean])[] = [
  ...(['uname', 'username', 'compiler', 'unique_key', 'worker_arch', 'ARCH'] as const).map(
    (name) => [name, isText] as const,
  ),
  ...(['remote_addr', 'country_code'] as const).map((name) => [name, isText] as const),
  ...(['concurrency', 'max_memory', 'min_threads', 'nps'] as const).map((name) => [name, isNumber] as const),
  ...(['version', 'architecture', 'python_version', 'gcc_version'] as const).map(
    (name) => [name, isVersion] as const,
  ),
  ...(['modified', 'near_github_api_limit'] as const).map((name) => [name, isFlag] as const),
];

export function usableTask(task: { readonly [name in keyof TaskDocument]?: unknown }): Counts {
  const { stats, spsa_params: spsa } = task;
  return {
    num_games: asCount(task.num_games),
    active: task.active === true,
    bad: task.bad !== undefined,
    start: asCount(task.start),
    last_updated: instant(task.last_updated, 0),
    stats: isRecord(stats) ? usableResults(readResults(stats)) : undefined,
    spsa_params: isFlips(spsa) ? spsa : undefined,
  };
}

function usableResults(results: Results): Results {
  for (const name of ['wins', 'losses', 'draws', 'crashes', 'time_losses'] as const) {
    if (results[name] > LARGEST) results[name] = LARGEST;
  }
  if (results.pentanomial?.some((count) => count > LARGEST)) delete results.pentanomial;
  return results;
}

/** A task for people's eyes, where it has results; a purged one, too. */
export function readTask<T extends TaskDocument | BadTaskDocument>(task: T): T {
  const { stats, worker_info, residual, residual_color }: { [name in keyof BadTaskDocument]?: unknown } =
    task;
  const { stats: _s, worker_info: _w, residual: _r, residual_color: _c, ...others } = task as BadTaskDocument;
  const info = readWorkerInfo(worker_info);
  return {
    ...others,
    num_games: asCount(task.num_games),
    active: (task.active as unknown) === true,
    last_updated: instant(task.last_updated, 0),
    ...(isRecord(stats) && { stats: readResults(stats) }),
    ...(info !== undefined && { worker_info: info }),
    ...(typeof residual === 'number' && !Number.isNaN(residual) && { residual }),
    ...(isText(residual_color) && { residual_color }),
  } as unknown as T;
}

/** Undefined where a task says nothing of its worker; what has another type than it may have is left out. */
export function readWorkerInfo(info: unknown): TaskWorkerInfo | undefined {
  if (!isRecord(info)) return undefined;
  if (INFO.every(([name, isFit]) => info[name] === undefined || isFit(info[name])))
    return info as unknown as TaskWorkerInfo;
  const fit = { ...info };
  for (const [name, isFit] of INFO) if (!isFit(info[name])) delete fit[name];
  return fit as unknown as TaskWorkerInfo;
}

/** As `readWorkerInfo`, with all that memory looks into. */
export function usableWorkerInfo(stored: unknown): TaskWorkerInfo | undefined {
  const info = readWorkerInfo(stored);
  if (info === undefined) return undefined;
  const { username, unique_key, remote_addr, concurrency } = info as Partial<TaskWorkerInfo>;
  const cores = asCount(concurrency);
  if ([username, unique_key, remote_addr].every(isText) && cores === concurrency) return info;
  return {
    ...info,
    username: username ?? '',
    unique_key: unique_key ?? '',
    remote_addr: remote_addr ?? '',
    concurrency: cores,
  };
}

function isFlag(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isVersion(value: unknown): boolean {
  const isPart = (part: unknown) => isText(part) || isNumber(part);
  return isPart(value) || (Array.isArray(value) && value.every(isPart));
}

function isFlips(value: unknown): value is TaskSpsaParams {
  return isRecord(value) && isNumber(value['iter']) && value['packed_flips'] instanceof Uint8Array;
}

function asCount(value: unknown): number {
  return isNumber(value) ? Math.max(0, Math.min(LARGEST, Math.trunc(value))) : 0;
}
