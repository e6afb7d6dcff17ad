/** Names of workers and runs as they appear in logs and keys (docs/spec/worker-api.md §6.6, docs/spec/data-model.md §5). */

import { createHash } from 'node:crypto';
import type { WorkerInfo } from './documents.js';

type NamedWorker = Pick<WorkerInfo, 'username' | 'concurrency' | 'unique_key'> & {
  readonly modified?: boolean;
};

const TAG_LENGTH = 23;
const DIGEST_LENGTH = 7;

/** `<user>-<cores>cores-<first segment of the key>`: one machine of one user. An empty segment adds nothing. */
export function shortWorkerName({ username, concurrency, unique_key }: NamedWorker): string {
  return joinName(username, concurrency, unique_key.split('-', 1));
}

/** The short name, the second segment of the key, and `*` for a worker whose code was modified. */
export function longWorkerName({ username, concurrency, unique_key, modified }: NamedWorker): string {
  return `${joinName(username, concurrency, unique_key.split('-', 2))}${modified === true ? '*' : ''}`;
}

/** Display name of a run: 23 characters of its tag and 7 hex digits that tell runs of one tag apart. */
export function runName(newTag: string, runId: string): string {
  const digest = createHash('md5').update(runId).digest('hex');
  return `${[...newTag].slice(0, TAG_LENGTH).join('')}-${digest.slice(0, DIGEST_LENGTH)}`;
}

function joinName(username: string, concurrency: number, segments: readonly string[]): string {
  return [`${username}-${concurrency}cores`, ...segments.filter((segment) => segment !== '')].join('-');
}
