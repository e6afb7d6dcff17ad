/**
 * A task as old databases hold it, made whole for memory, whose words hold numbers of 31 bits (docs/spec/data-model.md §2.7): what is
 * missing or has another type is 0, "" or false. A whole one stays as it is.
 */
import type { Results, TaskDocument, TaskSpsaParams, TaskWorkerInfo } from '../model/documents.js';
import { instant, isNumber, isRecord, readResults } from './stored-run.js';

type Counts = Omit<TaskDocument, 'worker_info' | 'stats' | 'spsa_params' | 'bad'> & {
  readonly bad: boolean;
  /** Undefined: it has none stored. */
  readonly stats: Results | undefined;
  readonly spsa_params: TaskSpsaParams | undefined;
};

const LARGEST = 0x7fffffff;
const TEXTS = ['username', 'unique_key', 'remote_addr'] as const;
const NUMBERS = ['concurrency', 'nps'] as const;

export function usableTask(task: { readonly [name in keyof TaskDocument]?: unknown }): Counts {
  const { stats, spsa_params: spsa } = task;
  return {
    num_games: asCount(task.num_games),
    active: task.active === true,
    bad: task.bad === true,
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

/** Undefined where a task says nothing of its worker. What none of the members read here is stays as it is. */
export function usableWorkerInfo(info: unknown): TaskWorkerInfo | undefined {
  if (!isRecord(info)) return undefined;
  const isWhole =
    [...TEXTS, 'country_code'].every((name) => typeof info[name] === 'string') &&
    NUMBERS.every((name) => isNumber(info[name])) &&
    asCount(info['concurrency']) === info['concurrency'];
  if (isWhole) return info as unknown as TaskWorkerInfo;
  const usable = { ...info };
  for (const name of TEXTS) if (typeof info[name] !== 'string') usable[name] = '';
  if (info['country_code'] !== undefined && typeof info['country_code'] !== 'string')
    usable['country_code'] = '?';
  usable['concurrency'] = asCount(info['concurrency']);
  if (info['nps'] !== undefined && !isNumber(info['nps'])) usable['nps'] = 0;
  return usable as unknown as TaskWorkerInfo;
}

function isFlips(value: unknown): value is TaskSpsaParams {
  return isRecord(value) && isNumber(value['iter']) && value['packed_flips'] instanceof Uint8Array;
}

function asCount(value: unknown): number {
  return isNumber(value) ? Math.max(0, Math.min(LARGEST, Math.trunc(value))) : 0;
}
