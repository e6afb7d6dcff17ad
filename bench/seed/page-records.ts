/** Events, accounts, contributors, networks, blocked workers and an answer of GitHub: number i of each. */
import { gzipSync } from 'node:zlib';
import type {
  ActionDocument,
  ActionKind,
  Keyed,
  NetDocument,
  UserDocument,
  WorkerDocument,
} from '../../src/model/documents.js';
import type { GitHubAnswerWrite } from '../../src/model/github-answer.js';
import type { ContributorWrite, WriteBatch } from '../../src/state/write-batch.js';
import { DEMO_BOOKS } from '../../src/swarm/demo-github.js';
import { benchUser, USERNAME } from './farm.js';
import { hex, share, skewed, textOf } from './page-words.js';

export const AUTHORS: readonly string[] = Array.from({ length: 300 }, (_, i) => `author${i}`);
/** Tests play with the newest of so many. */
export const NETS_SHOWN = 200;
const ACCOUNTS_WITH_GAMES = 0.6;
const DAY_MS = 86_400_000;
const EVENTS_MS = 3 * 365 * DAY_MS;
/** What the log has most of is shown only when it is asked for. */
const DEAD_SHARE = 0.6;
const KINDS: readonly ActionKind[] = [
  'failed_task',
  'new_run',
  'approve_run',
  'finished_run',
  'crash_or_time',
  'modify_run',
  'stop_run',
  'worker_log',
  'purge_run',
  'upload_nn',
];

export const authorOf = (i: number) => AUTHORS[skewed(i, AUTHORS.length)]!;
export const netName = (i: number) => `nn-${hex(i * 7_919 + 1, 12)}.nnue`;
export const workerName = (i: number) => `author${i % 300}-${4 + (i % 60)}cores-${hex(i, 4)}`;

/** Oldest first. */
export function eventOf(
  i: number,
  { actions, finished }: { readonly actions: number; readonly finished: number },
  now: number,
): ActionDocument {
  const isDead = share(i, 2) < DEAD_SHARE;
  const action = isDead ? 'dead_task' : KINDS[skewed(i, KINDS.length, 3)]!;
  const isByWorker = isDead || ['failed_task', 'crash_or_time', 'worker_log'].includes(action);
  const run = Math.min(finished - 1, Math.floor((i / actions) * finished));
  return {
    _id: `e${hex(i, 23)}`,
    time: (now - Math.floor(((actions - i) / actions) * EVENTS_MS)) / 1_000,
    action,
    username: isByWorker && i % 2 === 0 ? USERNAME : authorOf(i),
    ...(isByWorker && { worker: workerName(i % 5_000), task_id: i % 90 }),
    ...(action === 'upload_nn'
      ? { nn: netName(i % NETS_SHOWN) }
      : { run_id: `5${hex(run, 23)}`, run: `branch-${run}` }),
    ...(!isDead && { message: textOf(i) }),
  };
}

export function accountOf(i: number, now: number): UserDocument {
  const username = `author${i}`;
  return {
    ...benchUser(now - (i + 1) * 3_600_000),
    username,
    email: `${username}@example.org`,
    tests_repo: `https://github.com/${username}/Stockfish`,
    machine_limit: 16,
    pending: i % 800 === 3,
    blocked: i % 50 === 7,
    groups: i % 500 === 1 ? ['group:approvers'] : [],
  };
}

export function contributorOf(i: number, now: number): ContributorWrite[] {
  if (share(i) > ACCOUNTS_WITH_GAMES) return [];
  const username = `author${i}`;
  const entry = {
    username,
    cpu_hours: Math.round(200_000 * share(i, 1) ** 8),
    games: Math.round(9_000_000 * share(i, 1) ** 8),
    games_per_hour: i % 10 === 0 ? Math.round(900 * share(i, 2)) : 0,
    tests: i < AUTHORS.length ? 2_000 - 6 * i : 0,
    tests_repo: `https://github.com/${username}/Stockfish`,
    last_updated: now - i * 3_600_000,
  };
  const all = { period: 'all', username, entry } as const;
  return i % 10 === 0 ? [all, { ...all, period: 'month' }] : [all];
}

export function netOf(i: number, now: number): Keyed<NetDocument> {
  const date = now - i * DAY_MS;
  const test = { id: `5${hex(i, 23)}`, date };
  return {
    _id: hex(Math.floor(date / 1_000), 8) + hex(i, 16),
    name: netName(i),
    user: authorOf(i),
    downloads: i % 400,
    ...(i % 3 !== 0 && { first_test: test, last_test: test }),
    ...(i % 30 === 1 && { is_master: true as const }),
  };
}

export function blockedWorkerOf(i: number, now: number): WorkerDocument {
  return {
    worker_name: workerName(i),
    blocked: true,
    message: textOf(i),
    last_updated: now - i * (DAY_MS / 4),
  };
}

export function bookEntry(): WriteBatch['keyValues'][number] {
  return { key: 'books', value: DEMO_BOOKS };
}

/** What the tests of runForm change: long, in several files. */
export function diffAnswer(now: number): GitHubAnswerWrite {
  const files = Array.from({ length: 8 }, (_, file) => ({
    path: `src/part${file}.cpp`,
    status: 'modified',
    additions: 60,
    deletions: 40,
    patch: Array.from({ length: 120 }, (_, line) => {
      const sign = line === 0 ? '@@ -10,100 +10,120 @@' : line % 2 === 0 ? '+' : line % 3 === 0 ? '-' : ' ';
      return `${sign}    int value${file} = ${textOf(file * 100 + line)};`;
    }).join('\n'),
  }));
  const diff = { dots: 3, files, additions: 480, deletions: 320, isCut: false };
  const answer = gzipSync(JSON.stringify(diff));
  const key = `diff ${'b'.repeat(40)} ${'a'.repeat(40)}`;
  return { write: 'put', record: { key, at: now, used: now - (now % DAY_MS), etag: '', answer } };
}
