/** Whatever a member of an unfinished run or of its tasks is: the start goes on, the run is played or told of, and no number is NaN. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scavenge, updateSpeeds, updateThroughput } from '../../src/jobs/upkeep.js';
import type { RunDocument, TaskDocument } from '../../src/model/documents.js';
import { recover } from '../../src/operations/recovery/recover.js';
import { dropRun } from '../../src/operations/run/load-run.js';
import { liveTasks, runDetail } from '../../src/runtime/run-views.js';
import { collectBatch } from '../../src/state/collect-batch.js';
import { readHead } from '../../src/state/run-document.js';
import { RunWord } from '../../src/state/run-record.js';
import type { State } from '../../src/state/state.js';
import { readTask } from '../../src/state/task-document.js';
import type { Reader } from '../../src/store/port.js';
import { task } from '../protocol/samples.js';
import { createWorld, freshRun, sprtArgs, TestWorker } from './world.js';

const NOW = Date.now();
const DEAD_MS = 400_000;
const ID = 'ccccccccccccccccccccccc1';
const ODD = [undefined, null, '5', -1, 5e9, Number.NaN, {}, [null]];
const STATS = { wins: 1, losses: 0, draws: 1, crashes: 0, time_losses: 0, pentanomial: [0, 0, 0, 1, 0] };
const TUNE = {
  spsa: {
    A: 100,
    alpha: 0.602,
    gamma: 0.101,
    raw_params: 'p,1,0,2,1,0.002',
    iter: 10,
    num_iter: 1000,
    params: [
      { name: 'p', start: 1, min: 0, max: 2, c_end: 1, r_end: 0.002, c: 2, a_end: 0.01, a: 0.02, theta: 1.1 },
    ],
  },
};
const KINDS = { games: {}, sprt: sprtArgs(0, 2), tune: TUNE };
/** What each kind is asked about: the others have the rest. */
const ASKED = {
  games: /^(?!_id|finished|bad_tasks|args$|tasks$|tasks\.1)/,
  sprt: /^args\.sprt/,
  tune: /^(?:args\.spsa|tasks\.0\.spsa)/,
};

type Path = readonly string[];

function document(kind: keyof typeof KINDS): RunDocument {
  const run = freshRun(ID, { num_games: 20_000, ...KINDS[kind] });
  const flips = kind === 'tune' && { spsa_params: { iter: 10, packed_flips: Uint8Array.of(128) } };
  const tasks = [
    { ...task(), last_updated: NOW, ...flips },
    { ...task(), active: false },
  ];
  return { ...run, tasks: tasks as unknown as TaskDocument[] };
}

function pathsOf(value: object, path: Path = []): Path[] {
  return Object.entries(value).flatMap(([name, member]) => [
    [...path, name],
    ...(typeof member === 'object' && !(member instanceof Uint8Array)
      ? pathsOf(member as object, [...path, name])
      : []),
  ]);
}

function changed(whole: object, path: Path, value: unknown): RunDocument {
  const copy = structuredClone(whole) as Record<string, unknown>;
  let place = copy;
  for (const name of path.slice(0, -1)) place = place[name] as Record<string, unknown>;
  if (value === undefined) delete place[path.at(-1)!];
  else place[path.at(-1)!] = value;
  return copy as unknown as RunDocument;
}

/** A store that holds this run, as it was read. */
function readerOf({ tasks, bad_tasks: _bad, ...head }: RunDocument): Reader {
  const page = (tasks as (TaskDocument | undefined)[]).map((each) => ({
    task: each ?? ({} as TaskDocument),
    worker: typeof each?.worker_info === 'object' ? each.worker_info : undefined,
    nps: each?.worker_info?.nps ?? 0,
  }));
  const reader: Partial<Reader> = {
    keyValue: async () => undefined,
    users: async function* () {},
    blockedWorkers: async function* () {},
    unfinishedRuns: async function* () {
      yield head;
    },
    spsaHistory: async () => [],
    taskPages: async function* () {
      yield page as never;
    },
  };
  return reader as Reader;
}

/** Runs, tasks and what is shown of them. */
function assertNumbers(state: State, slot: number): void {
  const { args: _, version: _v, tc_base: _t, ...head } = readHead(state, slot);
  const { tasks, workers } = liveTasks(state, slot);
  const { args: __, ...detail } = runDetail(readHead(state, slot), tasks, workers);
  const stored = Array.from({ length: tasks.total }, (_, i) =>
    readTask(state, state.tasks.offsetOf(slot, i)),
  ).map(({ worker_info: _info, ...counts }) => counts);
  assertNumbersOf('run', [head, detail, stored]);
}

function assertNumbersOf(name: string, value: unknown): void {
  if (typeof value === 'number') assert.ok(!Number.isNaN(value), name);
  else if (typeof value === 'object' && value !== null)
    for (const [member, part] of Object.entries(value)) assertNumbersOf(`${name}.${member}`, part);
}

function play(state: State, number: number): boolean {
  const worker = new TestWorker(state, number);
  const given = worker.call('request_task', NOW);
  assert.equal(given.status, 200, given.json);
  const { run, task_id } = JSON.parse(given.json) as { run?: { args: object }; task_id?: number };
  if (run === undefined) return false;
  const where = { run_id: ID, task_id: task_id! };
  const isTune = 'spsa' in run.args;
  const values = isTune ? worker.call('request_spsa', NOW, where) : undefined;
  assert.doesNotMatch(values?.json ?? '', /null/);
  const sig = values === undefined ? 0 : (JSON.parse(values.json) as { sig: number }).sig;
  const spsa = { wins: 1, losses: 0, draws: 1, num_games: 2, sig };
  const { status, json } = worker.call('update_task', NOW, {
    ...where,
    stats: STATS as never,
    ...(isTune && { spsa }),
  });
  assert.equal(status, 200, json);
  return true;
}

for (const kind of Object.keys(KINDS) as (keyof typeof KINDS)[]) {
  test(`any member of an unfinished run of kind ${kind} may be missing or of another type`, async () => {
    const { state } = createWorld();
    state.threads.join('test', { parks: true });
    const whole = document(kind);
    for (const path of pathsOf(whole).filter((each) => ASKED[kind].test(each.join('.')))) {
      for (const value of ODD) {
        if (value === undefined && /^\d$/.test(path.at(-1)!)) continue;
        const name = `${path.join('.')} = ${value === undefined ? 'missing' : JSON.stringify(value)}`;
        try {
          const { corrections } = await recover(state, readerOf(changed(whole, path, value)), NOW);
          const slot = state.runs.find(ID);
          updateThroughput(state);
          updateSpeeds(state);
          const isPlayed = play(state, 1);
          assert.ok(isPlayed || corrections.length > 0 || path[0] === 'approved', 'neither played nor told');
          assertNumbers(state, slot);
          scavenge(state, NOW + DEAD_MS);
          assert.equal(state.runs.word(slot, RunWord.workers), 0, 'a task lives for ever');
          assertNumbers(state, slot);
          for (const { live } of collectBatch(state).runs) assertNumbersOf('batch', live);
          state.runs.locks.run(slot, () => dropRun(state, slot));
        } catch (error) {
          throw new Error(name, { cause: error });
        }
      }
    }
  });
}
