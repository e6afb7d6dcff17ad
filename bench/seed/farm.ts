/**
 * A farm to measure against, written into a store: runs of which none ends during a measurement, and active tasks of
 * workers whose names follow from a number.
 */
import { cp } from 'node:fs/promises';
import { buildRun } from '../../src/operations/run/new-run.js';
import { emptyBatch } from '../../src/state/collect-batch.js';
import type { RunHead, TaskWrite } from '../../src/state/write-batch.js';
import { openStore } from '../../src/store/open-store.js';
import type { Store } from '../../src/store/port.js';

export interface FarmOptions {
  runs: number;
  /** Active tasks, spread over the runs. */
  tasks: number;
  /** Finished tasks a run beside them. */
  doneTasks?: number;
}

export const USERNAME = 'bench';
export const PASSWORD = 'a secret of the usual length';
/** Many more games than a measurement can play. */
const RUN_GAMES = 1e12;
const TASK_GAMES = 4_000_000;
export const BATCH_GAMES = 32;
const START = { wins: 4, losses: 4, draws: 8, crashes: 0, time_losses: 0, pentanomial: [0, 2, 4, 2, 0] };

export function runId(run: number): string {
  return (0x650000000000 + run).toString(16).padStart(24, '0');
}

/** Where active task number i of the farm is. */
export function placeOf(i: number, { runs, doneTasks = 0 }: FarmOptions): { run: number; taskId: number } {
  return { run: i % runs, taskId: doneTasks + Math.floor(i / runs) };
}

export function workerInfo(uniqueKey: string) {
  return {
    uname: 'Linux 6.1.0-18-amd64',
    architecture: ['64bit', 'ELF'],
    concurrency: 4,
    max_memory: 16_000,
    min_threads: 1,
    username: USERNAME,
    version: 325,
    python_version: [3, 12, 1],
    gcc_version: [13, 2, 0],
    compiler: 'g++',
    unique_key: uniqueKey,
    modified: false,
    worker_arch: 'x86-64-avx2',
    ARCH: '64bit BMI2 AVX2 SSE41 SSSE3 SSE2 POPCNT',
    nps: 650_000.5,
    near_github_api_limit: false,
  } as const;
}

export function uniqueKey(worker: number): string {
  return `${worker.toString(16).padStart(8, '0')}-5a28-4b7d-b27b-d78d97ecf11a`;
}

export async function writeFarm(directory: string, options: FarmOptions): Promise<void> {
  await writeFarmTo(openStore(`sqlite:${directory}`), options);
}

export async function writeFarmTo(
  store: Pick<Store, 'openWriter'>,
  { runs, tasks, doneTasks = 0 }: FarmOptions,
): Promise<void> {
  const writer = await store.openWriter();
  const now = Date.now();
  await writer.commit({ ...emptyBatch(), users: [benchUser(now)] });
  for (let run = 0; run < runs; run++) {
    const insert = runHead(run, now);
    const writes: TaskWrite[] = [];
    for (let done = 0; done < doneTasks; done++) writes.push(taskWrite(done, false, 900_000_000 + done, now));
    for (let i = run; i < tasks; i += runs) writes.push(taskWrite(writes.length, true, i, now));
    await writer.commit({
      ...emptyBatch(),
      runs: [{ runId: runId(run), insert, tasks: writes, badTasks: [], spsaHistory: [] }],
    });
  }
  await writer.close();
}

/**
 * The database alone: the driver leaves the files of its log, which are empty after a close, until its statements are
 * collected, so that they may go in the middle of a copy.
 */
export async function copyFarm(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, filter: (file) => !/-(wal|shm)$/.test(file) });
}

/** An approved run without its tasks. */
export function runHead(run: number, now: number): RunHead {
  const { tasks: _tasks, bad_tasks: _bad, ...head } = buildRun(runForm(run), now, runId(run));
  head.args.num_games = RUN_GAMES;
  return { ...head, approved: true, approver: 'jane' };
}

export function benchUser(now: number) {
  return {
    username: USERNAME,
    password: PASSWORD,
    registration_time: now,
    pending: false,
    blocked: false,
    email: 'bench@example.org',
    groups: [] as string[],
    tests_repo: '',
    machine_limit: 2_000_000_000,
  };
}

/** Every second run is an SPRT whose bounds lie evenly around the even score that all tasks report: it never ends. */
export function runForm(run: number) {
  const stop = run % 2 === 0 ? { sprt: { elo0: -2, elo1: 2 } } : { num_games: 20_000 };
  return {
    new_tag: `branch-${run}`,
    base_tag: 'master',
    username: USERNAME,
    resolved_new: 'a'.repeat(40),
    resolved_base: 'b'.repeat(40),
    new_signature: '1234567',
    base_signature: '7654321',
    tc: '10+0.1',
    threads: 1,
    throughput: 50 + (run % 10) * 10,
    new_options: 'Hash=16',
    base_options: 'Hash=16',
    info: 'a run of the benchmark',
    ...stop,
  };
}

export function taskWrite(taskId: number, active: boolean, worker: number, now: number): TaskWrite {
  return {
    taskId,
    isNew: true,
    num_games: active ? TASK_GAMES : BATCH_GAMES,
    start: 0,
    active,
    bad: false,
    last_updated: now,
    stats: START as never,
    worker_info: { ...workerInfo(uniqueKey(worker)), remote_addr: '127.0.0.1', country_code: '?' } as never,
  };
}
