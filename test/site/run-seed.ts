/** Tests of every kind and state in the store of a test of the pages. */
import type { RunArgs, SpsaHistoryPoint, TaskDocument } from '../../src/model/documents.js';
import { buildRun } from '../../src/operations/run/new-run.js';
import type { NewRunForm } from '../../src/protocol/admin.js';
import { emptyBatch } from '../../src/state/collect-batch.js';
import { openStore } from '../../src/store/open-store.js';
import type { RunHead } from '../../src/store/port.js';
import { workerInfo } from '../server/seed.js';

export const DAY_MS = 86_400_000;
export const NET = 'nn-0123456789ab.nnue';

export interface SeededRun {
  readonly id: string;
  readonly form?: Partial<NewRunForm>;
  readonly head?: Partial<RunHead>;
  readonly args?: Partial<RunArgs>;
  readonly tasks?: readonly TaskDocument[];
  /** Of a tune's parameters. */
  readonly history?: SpsaHistoryPoint[][];
  readonly age?: number;
}

const book = (total: number) => ({
  total,
  white: total,
  black: 0,
  min_depth: null,
  max_depth: null,
  sri: 'A'.repeat(64),
});
const BOOKS = { 'UHO_Lichess_4852_v1.epd': book(2_632_036), 'small.epd': book(500) };

const FORM: NewRunForm = {
  new_tag: 'prune-more',
  base_tag: 'master',
  username: 'ann',
  resolved_new: 'a'.repeat(40),
  resolved_base: 'b'.repeat(40),
  msg_new: 'Prune more when the history says so',
  msg_base: 'Simplify time management',
  new_signature: '1234567',
  base_signature: '7654321',
  tc: '10+0.1',
  threads: 1,
  new_options: 'Hash=16',
  info: 'Prune more.\nSee https://example.org/idea',
  tests_repo: 'https://github.com/ann/Stockfish',
  sprt: { elo0: 0, elo1: 2 },
};

/** A task that a worker of that key has finished, unless `more` says otherwise. */
export function seededTask(
  key: string,
  pentanomial: readonly number[],
  more: Partial<TaskDocument> = {},
): TaskDocument {
  const [p0, p1, p2, p3, p4] = pentanomial as [number, number, number, number, number];
  const games = 2 * (p0 + p1 + p2 + p3 + p4);
  const [losses, wins] = [2 * p0 + p1, p3 + 2 * p4];
  return {
    num_games: games,
    active: false,
    last_updated: Date.now() - 60_000,
    start: 0,
    stats: {
      wins,
      losses,
      draws: games - wins - losses,
      crashes: 0,
      time_losses: 0,
      pentanomial: [p0, p1, p2, p3, p4],
    },
    worker_info: {
      ...workerInfo(key),
      username: 'bob',
      remote_addr: '192.0.2.1',
      country_code: '?',
    } as unknown as TaskDocument['worker_info'],
    ...more,
  };
}

export async function seedRuns(storeUrl: string, runs: readonly SeededRun[]): Promise<void> {
  const writer = await openStore(storeUrl).openWriter();
  await writer.commit({
    ...emptyBatch(),
    nets: [{ name: NET, user: 'ann', downloads: 1 }],
    // A stand-in for MongoDB holds no dots in keys.
    keyValues: storeUrl.startsWith('sqlite:') ? [{ key: 'books', value: BOOKS }] : [],
    runs: runs.map((run) => {
      const { insert, tasks } = documentOf(run);
      return {
        runId: run.id,
        insert,
        badTasks: [],
        spsaHistory: run.history ?? [],
        tasks: tasks.map((task, taskId) => ({ taskId, isNew: true, bad: false, ...task })),
      };
    }),
  });
  await writer.close();
}

function documentOf({ id, form, head, args, tasks = [], age = 0 }: SeededRun) {
  const now = Date.now() - age;
  const { tasks: _tasks, bad_tasks: _bad, ...built } = buildRun({ ...FORM, ...form }, now, id);
  const sum = (value: (task: TaskDocument) => number) =>
    tasks.reduce((total, task) => total + value(task), 0);
  const results = {
    wins: sum(({ stats }) => stats.wins),
    losses: sum(({ stats }) => stats.losses),
    draws: sum(({ stats }) => stats.draws),
    crashes: sum(({ stats }) => stats.crashes),
    time_losses: sum(({ stats }) => stats.time_losses),
    pentanomial: [0, 1, 2, 3, 4].map((i) => sum(({ stats }) => stats.pentanomial?.[i] ?? 0)) as [
      number,
      number,
      number,
      number,
      number,
    ],
  };
  const active = tasks.filter((task) => task.active);
  const insert: RunHead = {
    ...built,
    results,
    workers: active.length,
    cores: active.reduce((total, task) => total + task.worker_info.concurrency, 0),
    committed_games: sum((task) => task.num_games),
    total_games: sum((task) => task.num_games),
    ...head,
    args: { ...built.args, ...args },
  };
  return { insert, tasks };
}
