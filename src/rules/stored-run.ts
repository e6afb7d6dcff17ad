/**
 * A run as old databases hold it, made whole for people's eyes (docs/spec/data-model.md §2.7): what is missing, is no number or
 * has another type gets the value that readers take. What the API hands on never comes this way, and of a run that memory gets
 * only what memory and operations look into (`usableRun`).
 */
import type {
  Overshoot,
  Pentanomial,
  Results,
  RunArgs,
  RunDocument,
  Sprt,
  Spsa,
  SpsaParam,
} from '../model/documents.js';
import { countThreads } from './game-time.js';
import { readTune } from './stored-tune.js';
import {
  count,
  instant,
  isCount,
  isNumber,
  isRecord,
  isText,
  members,
  number,
  type Stored,
  text,
} from './stored-values.js';

type Head = Omit<RunDocument, 'tasks' | 'bad_tasks'>;

const RISK = 0.05;
const LOG_ODDS = Math.log(19);
const MODELS: readonly unknown[] = ['BayesElo', 'logistic', 'normalized'];
const STATES: readonly unknown[] = ['accepted', 'rejected'];
const DEFAULT_THROUGHPUT = 1000;
const DEFAULT_ITP = 100;
const PAIR_KINDS = 5;
const TEXTS = [
  'base_tag',
  'new_tag',
  'tc',
  'resolved_base',
  'resolved_new',
  'msg_base',
  'msg_new',
  'base_options',
  'new_options',
  'info',
  'base_signature',
  'new_signature',
  'username',
  'tests_repo',
] as const;
/** What readers look for, and do without. */
const OPTIONAL_TEXTS = ['new_tc', 'book', 'book_depth', 'master_repo', 'arch_filter', 'compiler'] as const;

export function readRun(head: Head): Head {
  const stored: Stored<Head> = head;
  return {
    ...head,
    ...readTimes(stored),
    approved: stored.approved === true,
    approver: text(stored.approver),
    failed: stored.failed === true,
    failures: number(stored.failures, 0),
    is_green: stored.is_green === true,
    is_yellow: stored.is_yellow === true,
    workers: number(stored.workers, 0),
    cores: number(stored.cores, 0),
    committed_games: number(stored.committed_games, 0),
    nps: number(stored.nps, 0),
    games_per_minute: number(stored.games_per_minute, 0),
    results: readResults(stored.results),
    args: readArgs(stored.args),
  };
}

function readTimes(stored: Stored<Head>): Pick<Head, 'start_time' | 'last_updated'> {
  const start = instant(stored.start_time, 0);
  return { start_time: start, last_updated: instant(stored.last_updated, start) };
}

export function readResults(results: unknown): Results {
  const { pentanomial, ...stored }: Stored<Results> = members(results);
  const isWhole =
    Array.isArray(pentanomial) && pentanomial.length === PAIR_KINDS && pentanomial.every(isCount);
  return {
    ...stored,
    wins: count(stored.wins),
    losses: count(stored.losses),
    draws: count(stored.draws),
    crashes: count(stored.crashes),
    time_losses: count(stored.time_losses),
    ...(isWhole && { pentanomial: pentanomial as Pentanomial }),
  };
}

/** Texts that operations look into. */
const NEEDED_TEXTS = ['new_tag', 'username', 'tc', 'book'] as const;
/** Others that workers and events get as they are, if they are texts. */
const USED_TEXTS = ['new_options', 'base_options', 'new_tc', 'arch_filter', 'compiler', 'info'] as const;
/** Texts without which nobody can play. */
const PLAYED_TEXTS = [...TEXTS, 'book', 'book_depth'] as const;

/** What is stored, but that nothing ends an operation: a whole run stays as it is. */
export function usableRun(head: Head): Head {
  const stored: Stored<Head> = head;
  return {
    ...head,
    ...readTimes(stored),
    results: readResults(stored.results),
    args: usableArgs(members(stored.args)),
  };
}

function usableArgs(stored: Record<string, unknown>): RunArgs {
  const usable: Record<string, unknown> = { ...stored };
  for (const name of NEEDED_TEXTS) usable[name] = text(stored[name]);
  for (const name of USED_TEXTS) if (stored[name] !== undefined && !isText(stored[name])) delete usable[name];
  for (const name of ['new_nets', 'base_nets']) {
    if (stored[name] !== undefined) usable[name] = listOf(stored[name]).filter(isText);
  }
  const { sprt, spsa } = stored;
  if (sprt !== undefined) delete usable['sprt'];
  if (isRecord(sprt)) usable['sprt'] = usableSprt(sprt);
  if (spsa !== undefined) delete usable['spsa'];
  if (isRecord(spsa)) usable['spsa'] = readTune(spsa as never, number(stored['num_games'], 0));
  return usable as unknown as RunArgs;
}

/** Without a state, no purge works out its LLR anew. */
function usableSprt(stored: Record<string, unknown>): Sprt {
  const sprt = readSprt(stored);
  if (stored['state'] === undefined) delete sprt.state;
  if (stored['batch_size'] === undefined) delete sprt.batch_size;
  return sprt;
}

/** What is such that nobody can play the run, in words; a worker gets no task of it. */
export function unplayable(args: unknown): string[] {
  const { sprt, spsa, ...stored } = members(args);
  const { elo_model: model, ...test }: Stored<Sprt> = members(sprt);
  const isTest =
    isRecord(sprt) &&
    (model === undefined || MODELS.includes(model)) &&
    [test.alpha, test.beta, test.elo0, test.elo1, test.lower_bound, test.upper_bound].every(isNumber);
  const { params }: Stored<Spsa> = members(spsa);
  const isTune =
    Array.isArray(params) &&
    params.every((param) => {
      const { name, c, a }: Stored<SpsaParam> = members(param);
      return isText(name) && isNumber(c) && isNumber(a);
    });
  return [
    ...PLAYED_TEXTS.filter(
      (name) => name !== 'tc' && stored[name] !== undefined && !isText(stored[name]),
    ).map((name) => `${name} ${JSON.stringify(stored[name])}`),
    ...(sprt === undefined || isTest ? [] : [`an SPRT of ${JSON.stringify(sprt)}`]),
    ...(spsa === undefined || isTune ? [] : ['a tune without parameters that have a name, c and a']),
  ];
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function readArgs(args: unknown): RunArgs {
  const stored = members(args);
  // One copy, and nothing deleted that is not there: lists of hundreds of runs come this way.
  const whole: Record<string, unknown> = { ...stored };
  const leaveOut = (name: string) => {
    if (name in whole) delete whole[name];
  };
  for (const name of TEXTS) whole[name] = text(stored[name]);
  for (const name of OPTIONAL_TEXTS) if (typeof stored[name] !== 'string') leaveOut(name);
  for (const name of ['new_nets', 'base_nets']) {
    if (Array.isArray(stored[name])) whole[name] = stored[name].filter(isText);
    else leaveOut(name);
  }
  const games = number(stored['num_games'], 0);
  whole['num_games'] = games;
  whole['threads'] = countThreads(stored['threads']);
  whole['priority'] = number(stored['priority'], 0);
  whole['throughput'] = number(stored['throughput'], DEFAULT_THROUGHPUT);
  whole['itp'] = number(stored['itp'], DEFAULT_ITP);
  whole['auto_purge'] = stored['auto_purge'] === true;
  const { sprt, spsa } = stored;
  if (isRecord(sprt)) whole['sprt'] = readSprt(sprt);
  else leaveOut('sprt');
  if (isRecord(spsa)) whole['spsa'] = readTune(spsa as never, games);
  else leaveOut('spsa');
  return whole as unknown as RunArgs;
}

/** Bounds that are none become equal: such a test is undecidable (docs/spec/statistics.md §4). */
export function readSprt(sprt: unknown): Sprt {
  const { elo_model: model, overshoot, ...stored }: Stored<Sprt> = members(sprt);
  const whole = {
    ...stored,
    alpha: risk(stored.alpha),
    beta: risk(stored.beta),
    elo0: number(stored.elo0, 0),
    elo1: number(stored.elo1, 0),
    state: STATES.includes(stored.state) ? stored.state : '',
    llr: number(stored.llr, 0),
    batch_size: Math.max(1, number(stored.batch_size, 1)),
    lower_bound: number(stored.lower_bound, -LOG_ODDS),
    upper_bound: number(stored.upper_bound, LOG_ODDS),
    ...(MODELS.includes(model) && { elo_model: model }),
    ...(isWholeOvershoot(overshoot) && { overshoot }),
  };
  return whole as Sprt;
}

function isWholeOvershoot(value: unknown): value is Overshoot {
  const { last_update, skipped_updates, ref0, m0, sq0, ref1, m1, sq1 }: Stored<Overshoot> = members(value);
  return [last_update, skipped_updates, ref0, m0, sq0, ref1, m1, sq1].every(isNumber);
}

function risk(value: unknown): number {
  return isNumber(value) && value > 0 && value < 1 / 2 ? value : RISK;
}
