/** Documents for the store's tests: full ones, with the members that old databases add or lack. */
import type {
  ActionDocument,
  BadTaskDocument,
  Results,
  TaskWorkerInfo,
  UserDocument,
} from '../../src/model/documents.js';
import type { RunHead, RunLive, RunWrite, TaskWrite, WriteBatch } from '../../src/store/port.js';

export const START = 1_767_259_800_123;

/** 24 hex digits that end in `n`. */
export function idOf(n: number): string {
  return n.toString(16).padStart(24, '0');
}

export function batch(parts: Partial<WriteBatch>): WriteBatch {
  return { runs: [], actions: [], pgns: [], users: [], workers: [], nets: [], keyValues: [], ...parts };
}

export function change(runId: string, parts: Partial<RunWrite>): RunWrite {
  return { runId, tasks: [], badTasks: [], spsaHistory: [], ...parts };
}

export function stats(wins: number): Results {
  return { wins, losses: 1, draws: 2, crashes: 0, time_losses: 3, pentanomial: [0, wins, 2, 3, 4] };
}

export function workerInfo(n: number): TaskWorkerInfo {
  return {
    uname: 'Linux 6.1',
    architecture: ['64bit', 'ELF'],
    concurrency: 4,
    max_memory: 16_000,
    min_threads: 1,
    username: `worker${n % 7}`,
    version: 325,
    python_version: [3, 12, 0],
    gcc_version: [13, 2, 0],
    compiler: 'g++',
    unique_key: `${n.toString(16).padStart(8, '0')}-9b6c-8c92-12f3-14716d45f767`,
    modified: false,
    worker_arch: 'x86-64-avx2',
    ARCH: '64bit bmi2',
    nps: 600_000 + n + 0.25,
    near_github_api_limit: false,
    remote_addr: '2001:db8::2',
    country_code: '?',
  };
}

export function newTask(taskId: number, worker = taskId): TaskWrite {
  return {
    taskId,
    isNew: true,
    num_games: 200,
    start: taskId * 200,
    active: true,
    bad: false,
    last_updated: START + taskId,
    stats: stats(0),
    worker_info: workerInfo(worker),
  };
}

/** The members of a TaskWrite that every update carries. */
export function taskUpdate(taskId: number, wins: number): TaskWrite {
  const { worker_info: _, ...task } = newTask(taskId);
  return { ...task, isNew: false, stats: stats(wins), last_updated: START + 60_000 };
}

export function badTask(taskId: number, residual: number): BadTaskDocument {
  return {
    num_games: 200,
    active: false,
    last_updated: START,
    start: 400,
    bad: true,
    stats: stats(taskId),
    worker_info: workerInfo(taskId),
    task_id: taskId,
    residual,
    residual_color: '#FF6A6A',
  };
}

export function action(n: number, parts: Partial<ActionDocument> = {}): ActionDocument {
  return { _id: idOf(n), time: 1000 + n, action: 'log_message', username: 'alice', message: 'm', ...parts };
}

export function user(username: string): UserDocument {
  return {
    username,
    password: 'päss "word"\u0000♞',
    registration_time: START,
    pending: false,
    blocked: false,
    email: `${username}@example.org`,
    groups: ['group:approvers'],
    tests_repo: '',
    machine_limit: 16,
  };
}

export function runHead(n: number, parts: Partial<RunHead> = {}): RunHead {
  return {
    _id: idOf(n),
    version: 24,
    start_time: START,
    last_updated: START + n,
    tc_base: 10,
    approved: true,
    approver: 'approver1',
    finished: false,
    deleted: false,
    failed: false,
    failures: 0,
    is_green: false,
    is_yellow: false,
    workers: 0,
    cores: 0,
    committed_games: 0,
    total_games: 0,
    results: stats(0),
    nps: 0,
    games_per_minute: 0.1 + 0.2,
    args: {
      base_tag: 'master',
      new_tag: `branch${n}`,
      base_nets: ['nn-9bd675ef87bf.nnue'],
      new_nets: [],
      num_games: 800_000,
      tc: '10+0.1',
      new_tc: '10+0.1',
      book: 'UHO_Lichess_4852_v1.epd',
      book_depth: '8',
      threads: 1,
      resolved_base: 'd'.repeat(40),
      resolved_new: '4'.repeat(40),
      msg_base: 'null',
      msg_new: 'Übung ♞',
      base_options: 'Hash=16',
      new_options: 'Hash=16',
      info: 'try "this"',
      base_signature: '1234567',
      new_signature: '7654321',
      username: 'author1',
      tests_repo: 'https://github.com/author1/Stockfish',
      auto_purge: false,
      throughput: 100,
      itp: 100,
      priority: -1,
    },
    ...parts,
  };
}

/** The live members of a head, as the state would report them. */
export function liveOf(head: RunHead, parts: Partial<RunLive> = {}): RunLive {
  const { _id, version, start_time, tc_base, rescheduled_from, args, ...live } = head;
  const { itp, num_games, priority, throughput, auto_purge, info } = args;
  const settings = { itp, num_games, priority, throughput, auto_purge, info };
  return { ...live, args: args.sprt ? { ...settings, sprt: args.sprt } : settings, ...parts };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
