/** Tests of the pages' farm: many finished ones, one with very many tasks, a tune with a history, and some that wait. */
import type { Results, RunArgs, SpsaHistoryPoint } from '../../src/model/documents.js';
import { buildRun } from '../../src/operations/run/new-run.js';
import { historyPeriod, stepSizes } from '../../src/rules/spsa.js';
import { newTune } from '../../src/rules/spsa-form.js';
import type { RunHead } from '../../src/state/write-batch.js';
import type { RunWrite } from '../../src/store/port.js';
import { runForm, taskWrite, USERNAME } from './farm.js';
import { AUTHORS, authorOf, NETS_SHOWN, netName } from './page-records.js';
import { hex, share, textOf } from './page-words.js';

const YEARS_MS = 8 * 365 * 86_400_000;
const HOUR_MS = 3_600_000;
const TUNE_GAMES = 60_000;
const PARAMETERS = 60;
const POINTS = 100;
export const LONG_RUN = 'b'.repeat(24);
export const TUNE = 'c'.repeat(24);

export const finishedId = (i: number) => `5${hex(i, 23)}`;
export const pendingId = (i: number) => `d${hex(i, 23)}`;

/** Number i of so many, the last of which ended a moment ago. */
export function finishedRun(i: number, count: number, now: number): RunWrite {
  const ended = now - HOUR_MS - Math.floor(((count - i) / count) * YEARS_MS);
  const head = finishedHead(finishedId(i), i, ended);
  return whole(head);
}

export function longRun(tasks: number, now: number): RunWrite {
  const head = finishedHead(LONG_RUN, 1, now - HOUR_MS);
  const writes = Array.from({ length: tasks }, (_, id) =>
    taskWrite(id, false, 900_000_000 + (id % 2_000), now - HOUR_MS),
  );
  return { ...whole(head), tasks: writes };
}

export function tuneRun(now: number): RunWrite {
  const names = Array.from({ length: PARAMETERS }, (_, i) => `lmr_${i},${100 + i},0,1000,${5 + i},0.002`);
  const form = { spsa_A: '0.1', spsa_alpha: '0.602', spsa_gamma: '0.101', spsa_raw_params: names.join('\n') };
  const tune = newTune(form, TUNE_GAMES);
  const period = historyPeriod(PARAMETERS, TUNE_GAMES);
  const history = Array.from({ length: POINTS }, (_, row): SpsaHistoryPoint[] =>
    tune.params.map(({ c, a, start }, i) => {
      const pairs = Math.ceil(period * (row + 1));
      const theta = start + Math.sin(pairs / 900 + i) * (4 + i);
      return { ...stepSizes(c, a, tune.A, tune.alpha, tune.gamma, pairs), theta };
    }),
  );
  const head = finishedHead(TUNE, 1, now - HOUR_MS);
  const { sprt: _sprt, ...args } = head.args;
  const spsa = { ...tune, iter: TUNE_GAMES / 2 };
  return { ...whole({ ...head, args: { ...args, num_games: TUNE_GAMES, spsa } }), spsaHistory: history };
}

/** Waits for an approver, and plays with networks. */
export function pendingRun(i: number, now: number): RunWrite {
  const author = AUTHORS[i]!;
  const form = {
    ...runForm(0),
    username: author,
    new_tag: `idea-${i}`,
    tests_repo: `https://github.com/${author}/Stockfish`,
    new_nets: [netName(0), netName(1)],
    base_nets: [netName(2)],
    info: textOf(i),
  };
  const { tasks: _tasks, bad_tasks: _bad, ...head } = buildRun(form, now, pendingId(i));
  return whole(head);
}

function whole(insert: RunHead): RunWrite {
  return { runId: insert._id, insert, tasks: [], badTasks: [], spsaHistory: [] };
}

let templates: readonly RunHead[] | undefined;

/** What a form becomes is found out once for each kind: the checks would take longer than the store. */
function templateOf(i: number): RunHead {
  templates ??= [0, 1].map((kind) => {
    const { tasks: _tasks, bad_tasks: _bad, ...head } = buildRun(runForm(kind), 0, finishedId(kind));
    return head;
  });
  return templates[i % 10 === 0 ? 1 : 0]!;
}

function finishedHead(id: string, i: number, ended: number): RunHead {
  const template = templateOf(i);
  const isLong = i % 4 === 0;
  const isGreen = i % 5 === 1;
  const owner = i % 40 === 0 ? USERNAME : authorOf(i);
  const games = 2_000 + Math.floor(share(i) * 80_000);
  const args: RunArgs = {
    ...template.args,
    username: owner,
    new_tag: `branch-${i}`,
    info: textOf(i),
    msg_new: textOf(i + 1),
    tests_repo: `https://github.com/${owner}/Stockfish`,
    new_nets: [netName(i % NETS_SHOWN)],
    base_nets: [netName(i % NETS_SHOWN)],
    ...(isLong && { tc: '60+0.6', new_tc: '60+0.6' }),
    ...(template.args.sprt && {
      sprt: {
        ...template.args.sprt,
        state: isGreen ? 'accepted' : 'rejected',
        llr: isGreen ? 2.96 : -2.95,
      },
    }),
  };
  return {
    ...template,
    _id: id,
    args,
    start_time: ended - 12 * HOUR_MS,
    last_updated: ended,
    tc_base: isLong ? 60 : 10,
    approved: true,
    approver: AUTHORS[i % 5]!,
    finished: true,
    is_green: isGreen,
    is_yellow: i % 25 === 2,
    results: resultsOf(games, share(i, 1)),
  };
}

/** Of pairs that are nearly even. */
function resultsOf(games: number, chance: number): Results {
  const pairs = Math.floor(games / 2);
  const [p0, p1, p3, p4] = [0.005, 0.22 - chance / 100, 0.22 + chance / 100, 0.005].map((part) =>
    Math.floor(part * pairs),
  ) as [number, number, number, number];
  const p2 = pairs - p0 - p1 - p3 - p4;
  const [losses, wins] = [2 * p0 + p1 + Math.floor(p2 / 5), 2 * p4 + p3 + Math.floor(p2 / 5)];
  const draws = 2 * pairs - wins - losses;
  return { wins, losses, draws, crashes: 0, time_losses: 0, pentanomial: [p0, p1, p2, p3, p4] };
}
