/** Two farms that differ in the lengths of their tables alone, for the test that no page's work grows with one. */
import type { ActionDocument, UserDocument } from '../../src/model/documents.js';
import { buildRun } from '../../src/operations/run/new-run.js';
import { emptyBatch } from '../../src/state/collect-batch.js';
import type { RunHead, RunWrite, Store, Writer } from '../../src/store/port.js';
import { FORM as LISTED_FORM } from './lists-seed.js';
import { sessionOf } from './page-visits.js';
import { seededTask } from './run-seed.js';
import { APPROVERS } from './site-seed.js';

export const VISITOR = 'cora';
/** Owns every second test and event; what follows from the others is found by one name or by a part of many. */
export const OWNER = 'ann';
const EPOCH = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;
const A_BATCH = 500;
const TASKS = 40;
const KINDS = ['stop_run', 'dead_task', 'failed_task', 'approve_run', 'new_run', 'log_message'] as const;
const FORM = { ...LISTED_FORM, tests_repo: `https://github.com/${OWNER}/Stockfish` };

/** Of the farm of that size: threads remember what they read of a finished test. */
export function runIdOf(size: number, i: number): string {
  return size.toString(16).padStart(8, '0') + i.toString(16).padStart(16, '0');
}

export const workerName = (i: number) => `person${i}-4cores-abc`;
const personName = (i: number) => `person${i}`;
const ownerName = (i: number) => (i % 2 === 0 ? OWNER : personName(i));

/** Run 0 has tasks and events of its own, run 1 is a tune; both are finished. */
export async function seedGrowth(store: Store, size: number): Promise<void> {
  const writer = await store.openWriter();
  try {
    await writer.commit({ ...emptyBatch(), siteRecords: [{ write: 'put', record: sessionOf(VISITOR) }] });
    await inBatches(writer, size, (i) => ({ runs: [finishedRun(size, i)] }));
    await inBatches(writer, 2 * size, (i) => ({ actions: [event(size, i)] }));
    await inBatches(writer, size, (i) => recordsOf(i));
    const people = [VISITOR, OWNER].map((username) => account(username, -1, { groups: APPROVERS }));
    await writer.commit({ ...emptyBatch(), users: people });
  } finally {
    await writer.close();
  }
}

type Batch = Parameters<Writer['commit']>[0];

async function inBatches(writer: Writer, count: number, one: (i: number) => Partial<Batch>): Promise<void> {
  for (let from = 0; from < count; from += A_BATCH) {
    const batch = emptyBatch();
    for (let i = from; i < Math.min(count, from + A_BATCH); i++) {
      for (const [name, items] of Object.entries(one(i)) as [keyof Batch, never[]][]) {
        batch[name] = [...((batch[name] as never[] | undefined) ?? []), ...items] as never;
      }
    }
    await writer.commit(batch);
  }
}

function finishedRun(size: number, i: number): RunWrite {
  const id = runIdOf(size, i);
  const rule = i === 1 ? { spsa: { raw_params: 'P1,10,0,100,5,0.002' }, num_games: 20_000 } : SPRT;
  const form = { ...FORM, ...rule, username: ownerName(i), new_tag: `branch-${i}`, info: infoOf(i) };
  const { tasks: _tasks, bad_tasks: _bad, ...built } = buildRun(form, EPOCH, id);
  const insert: RunHead = {
    ...built,
    approved: true,
    approver: VISITOR,
    finished: true,
    is_green: i % 3 === 0,
    is_yellow: i % 3 === 1,
    tc_base: i % 2 === 0 ? 60 : 10,
    last_updated: EPOCH + i * MINUTE_MS,
    results: { wins: 90, losses: 80, draws: 30, crashes: 0, time_losses: 0, pentanomial: [5, 20, 50, 20, 5] },
  };
  const tasks =
    i > 0 ? [] : Array.from({ length: TASKS }, (_, n) => seededTask(`worker${n}`, [1, 2, 3, 2, 1]));
  return {
    runId: id,
    insert,
    badTasks: [],
    spsaHistory: [],
    tasks: tasks.map((task, taskId) => ({ taskId, isNew: true, bad: false, ...task })),
  };
}

const SPRT = { sprt: { elo0: 0, elo1: 2 } };

/** One word is in all of them, one in every second, one in the first ten. */
function infoOf(i: number): string {
  return `history move ${i % 2 === 0 ? 'even' : 'odd'} ${i < 10 ? 'quinoa' : ''} number${i}`;
}

function event(size: number, i: number): ActionDocument {
  const ofRun = i % 200 === 0 ? 0 : i;
  return {
    _id: runIdOf(size, i),
    time: EPOCH / 1_000 + i,
    action: KINDS[i % KINDS.length]!,
    username: ownerName(Math.floor(i / 2)),
    message: infoOf(Math.floor(i / 2)),
    ...(i < 20 && { run_id: runIdOf(size, ofRun === 0 ? 0 : i % 2), run: 'branch' }),
  };
}

function account(username: string, i: number, more: Partial<UserDocument> = {}): UserDocument {
  return {
    username,
    password: 'secret',
    registration_time: EPOCH + i * MINUTE_MS,
    pending: false,
    blocked: false,
    email: `${username}@example.org`,
    groups: [],
    tests_repo: '',
    machine_limit: 16,
    ...more,
  };
}

/** One of everything else. */
function recordsOf(i: number): Partial<Batch> {
  const username = personName(i);
  const entry = {
    username,
    cpu_hours: i,
    games: i,
    games_per_hour: 1,
    tests: 1,
    tests_repo: '',
    last_updated: EPOCH,
  };
  const session = sessionOf(VISITOR);
  return {
    users: [
      account(username, i, {
        pending: i % 4 === 0,
        blocked: i % 4 === 1,
        ...(i % 4 === 2 && { groups: APPROVERS }),
      }),
    ],
    workers: [
      {
        worker_name: workerName(i),
        blocked: true,
        message: 'too slow',
        last_updated: EPOCH + i * MINUTE_MS,
      },
    ],
    nets: [{ name: `nn-${i.toString(16).padStart(12, '0')}.nnue`, user: username, downloads: i }],
    contributorEntries:
      i % 2 === 0 ? (['all', 'month'] as const).map((period) => ({ period, username, entry })) : [],
    siteRecords: [{ write: 'put', record: { ...session, key: i.toString(16).padStart(64, '0') } }],
  };
}
