/** A store that has something for every endpoint of the public API. */

import type { ActionDocument, PgnDocument, RunDocument, TaskDocument } from '../../src/model/documents.js';
import { buildRun } from '../../src/operations/run/new-run.js';
import { emptyBatch } from '../../src/state/collect-batch.js';
import { openStore } from '../../src/store/open-store.js';
import type { RunWrite } from '../../src/store/port.js';
import { RUN_FORM, workerInfo } from '../server/seed.js';

export const LIVE = 'aaaaaaaaaaaaaaaaaaaaaa01';
export const TUNE = 'aaaaaaaaaaaaaaaaaaaaaa02';
export const NET = 'nn-0123456789ab.nnue';
export const FINISHED = 60;
/** Seconds: what was last updated when. */
export const EPOCH = 1_700_000_000;

export const finishedId = (i: number) => `bbbbbbbbbbbbbbbbbbbbbb${i.toString(16).padStart(2, '0')}`;

export const RESULTS = {
  wins: 2,
  losses: 2,
  draws: 12,
  crashes: 0,
  time_losses: 0,
  pentanomial: [0, 2, 4, 2, 0] as [number, number, number, number, number],
};

export function task(key: string, more: Partial<TaskDocument> = {}): TaskDocument {
  return {
    num_games: 200,
    active: false,
    last_updated: EPOCH * 1000 + 250,
    start: 0,
    stats: RESULTS,
    worker_info: {
      ...workerInfo(key),
      architecture: ['64bit', 'ELF'],
      python_version: [3, 12, 1],
      gcc_version: [13, 2, 0],
      remote_addr: '203.0.113.7',
      country_code: 'DE',
    },
    ...more,
  };
}

function write(document: RunDocument, change: Partial<RunDocument>, tasks: TaskDocument[]): RunWrite {
  const { tasks: _tasks, bad_tasks: _bad, ...head } = { ...document, ...change };
  const writes = tasks.map((entry, taskId) => ({ ...entry, bad: entry.bad === true, taskId, isNew: true }));
  return { runId: head._id, insert: head, tasks: writes, badTasks: [], spsaHistory: [] };
}

function liveRun(): RunWrite {
  const { num_games: _games, ...form } = RUN_FORM;
  const sprt = { ...form, new_tag: 'live', sprt: { elo0: 0, elo1: 2 } };
  const run = buildRun(sprt, EPOCH * 1000, LIVE);
  const bad = {
    ...task('cccc3333'),
    bad: true as const,
    task_id: 1,
    residual: Infinity,
    residual_color: 'red',
  };
  const { bad: _flag, ...entry } = bad;
  return {
    ...write(run, { approved: true, results: RESULTS }, [task('aaaa1111'), task('bbbb2222', { start: 200 })]),
    badTasks: [{ ...entry, bad: true }],
  };
}

function tuneRun(): RunWrite {
  const run = buildRun({ ...RUN_FORM, new_tag: 'tune' }, EPOCH * 1000, TUNE);
  const param = {
    name: 'p',
    start: 1,
    min: 0,
    max: 2,
    c_end: 1,
    r_end: 0.002,
    c: 1,
    a_end: 1,
    a: 1,
    theta: 1,
  };
  const spsa = {
    algorithm: 'classic',
    A: 1,
    alpha: 0.602,
    gamma: 0.101,
    raw_params: '',
    iter: 3,
    num_iter: 10_000,
    params: [param],
    param_history: [],
  };
  const flips = { iter: 3, packed_flips: Uint8Array.of(1, 254) };
  return write(run, { args: { ...run.args, spsa } }, [
    task('dddd4444', {
      spsa_params: flips,
      stats: { ...RESULTS, wins: 0, losses: 0, draws: 0, pentanomial: [0, 0, 0, 0, 0] },
    }),
  ]);
}

/** Run i was updated i seconds after EPOCH; every third is green, every third yellow, every tenth long, every other jane's. */
function finishedRun(i: number): RunWrite {
  const run = buildRun({ ...RUN_FORM, new_tag: `finished-${i}` }, EPOCH * 1000, finishedId(i));
  return write(
    run,
    {
      finished: true,
      approved: true,
      last_updated: (EPOCH + i) * 1000,
      is_green: i % 3 === 0,
      is_yellow: i % 3 === 1,
      tc_base: i % 10 === 0 ? 60 : 10,
      args: { ...run.args, username: i % 2 === 0 ? 'joe' : 'jane' },
      deleted: i === FINISHED,
    },
    [task('eeee5555')],
  );
}

export function action(i: number, more: Partial<ActionDocument>): ActionDocument {
  return {
    _id: `dddddddddddddddddddd${i.toString(16).padStart(4, '0')}`,
    time: EPOCH + i,
    action: 'log_message',
    username: 'joe',
    message: `entry ${i}`,
    ...more,
  };
}

export function pgn(runId: string, taskId: number, bytes: Uint8Array): PgnDocument {
  return { run_id: `${runId}-${taskId}`, pgn_zip: bytes, size: bytes.length };
}

export async function plant(storeUrl: string, pgns: PgnDocument[], actions: ActionDocument[]): Promise<void> {
  const writer = await openStore(storeUrl).openWriter();
  const finished = Array.from({ length: FINISHED + 1 }, (_, i) => finishedRun(i));
  await writer.commit({
    ...emptyBatch(),
    runs: [liveRun(), tuneRun(), ...finished],
    nets: [{ name: NET, user: 'joe', downloads: 7 }],
    pgns,
    actions,
  });
  await writer.close();
}
