/** Names of workers and runs as people read them (spec: worker-api.md §6.6, data-model.md §5). */
import { createHash } from 'node:crypto';
import type { WorkerInfo } from '../protocol/documents.js';

type NamedWorker = Pick<WorkerInfo, 'username' | 'concurrency' | 'unique_key'> & { modified?: boolean };

/** `<username>-<concurrency>cores-<first segment of unique_key>`: what the block list and the scheduler go by. */
export function shortWorkerName({ username, concurrency, unique_key: key }: NamedWorker): string {
  return `${username}-${concurrency}cores-${key.split('-', 1)[0]}`;
}

/** The short name, the second segment of unique_key, and a star for a worker with modified code. */
export function longWorkerName(info: NamedWorker): string {
  const second = info.unique_key.split('-', 2)[1];
  return `${shortWorkerName(info)}${second === undefined ? '' : `-${second}`}${info.modified === true ? '*' : ''}`;
}

/** The first 23 characters of the new branch's name and 7 hex digits of the MD5 of the run's id. */
export function runName(newTag: string, runId: string): string {
  return `${[...newTag].slice(0, 23).join('')}-${createHash('md5').update(runId).digest('hex').slice(0, 7)}`;
}
