/** What the lists have to show: tests of every kind and colour, as old as fishtest has them too, workers, and a log. */
import type { ActionDocument, RunArgs, TaskDocument } from '../../src/model/documents.js';
import { buildRun } from '../../src/operations/run/new-run.js';
import { emptyBatch } from '../../src/state/collect-batch.js';
import { openStore } from '../../src/store/open-store.js';
import type { RunHead, RunWrite } from '../../src/store/port.js';
import { readRecording, recordingOf } from '../golden/recordings.js';
import type { GoldenCase } from '../golden/suite.js';
import { workerInfo } from '../server/seed.js';

export const FINISHED = 60;
/** Milliseconds: run i was updated i minutes later. */
export const EPOCH = Date.UTC(2026, 4, 1, 8);
const MINUTE = 60_000;

export const FORM = {
  base_tag: 'master',
  resolved_new: 'a'.repeat(40),
  resolved_base: 'b'.repeat(40),
  new_signature: '1234567',
  base_signature: '7654321',
  tc: '10+0.1',
  threads: 1,
  new_options: 'Hash=16',
};
const INFOS = [
  'Tune history move ordering weights',
  'history move, then king safety',
  'Simplify the pawn structure bonus.\nSee https://example.org/notes?a=1 for why.\nThird line.\nFourth line, which is cut.',
  '<img src=x onerror="document.title=1"> javascript:alert(1) \u202Ereversed',
  'LTC: late move reductions',
];
const OWNERS = ['ann', 'bob', 'cora', 'dan'];

export const finishedId = (i: number) => `bbbbbbbbbbbbbbbbbbbbbb${i.toString(16).padStart(2, '0')}`;
export const LIVE = {
  pending: 'aaaaaaaaaaaaaaaaaaaaaa01',
  paused: 'aaaaaaaaaaaaaaaaaaaaaa02',
  sprt: 'aaaaaaaaaaaaaaaaaaaaaa03',
  spsa: 'aaaaaaaaaaaaaaaaaaaaaa04',
  games: 'aaaaaaaaaaaaaaaaaaaaaa05',
  long: 'aaaaaaaaaaaaaaaaaaaaaa06',
} as const;

const RESULTS = {
  wins: 5_412,
  losses: 5_103,
  draws: 12_485,
  crashes: 0,
  time_losses: 0,
  pentanomial: [61, 2_610, 5_920, 2_842, 67] as [number, number, number, number, number],
};

function write(head: RunHead, tasks: readonly TaskDocument[] = []): RunWrite {
  const writes = tasks.map((entry, taskId) => ({ ...entry, bad: false, taskId, isNew: true }));
  return { runId: head._id, insert: head, tasks: writes, badTasks: [], spsaHistory: [] };
}

function headOf(form: Record<string, unknown>, id: string, change: Partial<RunHead> = {}): RunHead {
  const { tasks: _tasks, bad_tasks: _bad, ...head } = buildRun({ ...FORM, ...form } as never, EPOCH, id);
  return { ...head, ...change };
}

function activeTask(i: number, username: string, concurrency: number): TaskDocument {
  return {
    num_games: 200,
    active: true,
    last_updated: Date.now() - i * 1_000,
    start: i * 200,
    stats: { ...RESULTS, wins: 2, losses: 2, draws: 12, pentanomial: [0, 2, 4, 2, 0] },
    worker_info: {
      ...workerInfo(i.toString(16).padStart(8, 'c')),
      username,
      concurrency,
      nps: 600_000 + i * 1_000,
      architecture: ['64bit', 'ELF'],
      python_version: [3, i % 2 === 0 ? 9 : 12, 1],
      gcc_version: [13, 2, 0],
      uname: i % 3 === 0 ? 'Windows 11' : 'Linux 6.1',
      remote_addr: `203.0.113.${i}`,
      country_code: i % 2 === 0 ? 'DE' : '?',
    },
  };
}

const approved = { approved: true, approver: 'dan' };
const sprt = { sprt: { elo0: 0, elo1: 2 } };
const games = { num_games: 60_000 };

function liveRuns(): RunWrite[] {
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
    A: 1,
    alpha: 0.602,
    gamma: 0.101,
    raw_params: '',
    iter: 3,
    num_iter: 30_000,
    params: [param],
  };
  const tune = headOf(
    { ...games, username: 'bob', new_tag: 'tune-of-bob', info: 'a tune' },
    LIVE.spsa,
    approved,
  );
  return [
    write(headOf({ ...sprt, username: 'ann', new_tag: 'waits-for-approval', info: INFOS[3]! }, LIVE.pending)),
    write(
      headOf({ ...games, username: 'bob', new_tag: 'paused-games', info: INFOS[2]! }, LIVE.paused, approved),
    ),
    write(
      headOf({ ...sprt, username: 'ann', new_tag: 'active-sprt', info: INFOS[0]! }, LIVE.sprt, approved),
      [0, 1, 2, 3].map((i) => activeTask(i, i < 2 ? 'ann' : 'joe', 4 + i)),
    ),
    write({ ...tune, args: { ...tune.args, spsa } }, [activeTask(4, 'joe', 8)]),
    write(
      headOf({ ...games, username: 'cora', new_tag: 'active-games', info: INFOS[1]! }, LIVE.games, approved),
      [activeTask(5, 'bob', 16)],
    ),
    write(
      headOf(
        { ...sprt, username: 'dan', new_tag: 'long-sprt', tc: '60+0.6', threads: 8, info: INFOS[4]! },
        LIVE.long,
        approved,
      ),
      [activeTask(6, 'joe', 32)],
    ),
  ];
}

/** The recorded boxes, with what they were made of. */
export interface RecordedBox {
  readonly run: { args: Partial<RunArgs>; results: RunHead['results'] };
  readonly box: { style: string; info: string[] };
}

export async function recordedBoxes(): Promise<RecordedBox[]> {
  const text = await readRecording(await recordingOf('estimates'));
  const cases = JSON.parse(text) as GoldenCase[] | { cases: GoldenCase[] };
  const all = Array.isArray(cases) ? cases : cases.cases;
  return all
    .filter(({ input, output }) => input['fn'] === 'format_results' && isBox(output))
    .map(({ input, output }) => ({ run: input['run'], box: output }) as unknown as RecordedBox);
}

function isBox(output: unknown): boolean {
  return typeof output === 'object' && output !== null && 'info' in output;
}

/** Of each kind in turn; every third green, every third yellow, every tenth long; the newest two failed. */
async function finishedRuns(): Promise<RunWrite[]> {
  const boxes = await recordedBoxes();
  return Array.from({ length: FINISHED }, (_, i) => {
    const recorded = boxes[i];
    const plain = headOf(
      {
        ...(i % 4 === 3 ? games : sprt),
        username: OWNERS[i % 4]!,
        new_tag: `finished-${i}`,
        info: `${INFOS[i % 5]} #${i}`,
      },
      finishedId(i),
      {
        ...approved,
        finished: true,
        results: RESULTS,
        failed: i >= FINISHED - 2,
        failures: i >= FINISHED - 2 ? 3 : 0,
        last_updated: EPOCH + i * MINUTE,
        is_green: i % 3 === 0,
        is_yellow: i % 3 === 1,
        tc_base: i % 10 === 0 ? 60 : 10,
        deleted: i === FINISHED - 1,
      },
    );
    if (recorded === undefined) return write(plain);
    const { sprt: _sprt, spsa: _spsa, ...args } = plain.args;
    return write({ ...plain, results: recorded.run.results, args: { ...args, ...recorded.run.args } });
  });
}

/** Runs as old databases have them (docs/spec/data-model.md §2.7). */
export const OLD_IDS = ['cccccccccccccccccccccc01', 'cccccccccccccccccccccc02', 'cccccccccccccccccccccc03'];
function oldRuns(): RunWrite[] {
  const results = { wins: 100, losses: 90, draws: 300 };
  const heads = OLD_IDS.map((id, i) => {
    const head = headOf(
      {
        ...(i === 0 ? sprt : games),
        username: 'ann',
        new_tag: `old-${i}`,
        info: i === 0 ? 'old' : '=HYPERLINK(1)',
      },
      id,
      {
        ...approved,
        finished: true,
        last_updated: EPOCH - (i + 1) * MINUTE,
      },
    );
    const {
      failures: _f,
      committed_games: _c,
      total_games: _t,
      nps: _n,
      games_per_minute: _g,
      ...rest
    } = head;
    const {
      throughput: _th,
      threads: _thr,
      itp: _itp,
      new_tc: _tc,
      new_nets: _nets,
      base_nets: _base,
      ...args
    } = rest.args;
    if (args.sprt !== undefined) {
      const { elo_model: _model, batch_size: _size, state: _state, overshoot: _over, ...old } = args.sprt;
      args.sprt = old;
    }
    return { ...rest, results, args: { ...args, tests_repo: '', base_net: 'nn-0123456789ab.nnue' } };
  });
  return heads.map((head) => write(head as unknown as RunHead));
}

export async function seedLists(storeUrl: string, actions: ActionDocument[] = []): Promise<void> {
  const writer = await openStore(storeUrl).openWriter();
  await writer.commit({
    ...emptyBatch(),
    runs: [...liveRuns(), ...(await finishedRuns()), ...oldRuns()],
    actions,
  });
  await writer.close();
}
