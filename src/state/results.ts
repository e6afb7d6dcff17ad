/** Outcome counts between documents and records: a run keeps them as floats, a task as 32-bit integers. */
import { failpoint } from '../memory/failpoint.js';
import type { Results, Sprt } from '../model/documents.js';
import { ELO_MODELS, RunFlag, RunFloat, RunWord, SPRT_STATES } from './run-record.js';
import type { RunTable } from './runs.js';
import { TaskFlag, TaskWord } from './task-record.js';
import type { TaskTable } from './tasks.js';

const PAIRS = 5;

export function readRunResults(runs: RunTable, slot: number): Results {
  const { f64 } = runs.records;
  const offset = runs.at(slot) / 2;
  const results: Results = {
    wins: f64[offset + RunFloat.wins]!,
    losses: f64[offset + RunFloat.losses]!,
    draws: f64[offset + RunFloat.draws]!,
    crashes: f64[offset + RunFloat.crashes]!,
    time_losses: f64[offset + RunFloat.timeLosses]!,
  };
  if (!runs.has(slot, RunFlag.trinomial)) {
    const p = offset + RunFloat.pentanomial;
    results.pentanomial = [f64[p]!, f64[p + 1]!, f64[p + 2]!, f64[p + 3]!, f64[p + 4]!];
  }
  return results;
}

export function writeRunResults(runs: RunTable, slot: number, results: Results): void {
  const { f64 } = runs.records;
  const offset = runs.at(slot) / 2;
  f64[offset + RunFloat.wins] = results.wins;
  f64[offset + RunFloat.losses] = results.losses;
  f64[offset + RunFloat.draws] = results.draws;
  f64[offset + RunFloat.crashes] = results.crashes ?? 0;
  f64[offset + RunFloat.timeLosses] = results.time_losses ?? 0;
  for (let i = 0; i < PAIRS; i++) f64[offset + RunFloat.pentanomial + i] = results.pentanomial?.[i] ?? 0;
  runs.set(slot, RunFlag.trinomial, results.pentanomial === undefined);
}

/** @param at where the task's record begins. */
export function readTaskResults(tasks: TaskTable, offset: number): Results {
  const { i32 } = tasks.records;
  const results: Results = {
    wins: i32[offset + TaskWord.wins]!,
    losses: i32[offset + TaskWord.losses]!,
    draws: i32[offset + TaskWord.draws]!,
    crashes: i32[offset + TaskWord.crashes]!,
    time_losses: i32[offset + TaskWord.timeLosses]!,
  };
  if ((i32[offset + TaskWord.flags]! & TaskFlag.trinomial) === 0) {
    const p = offset + TaskWord.pentanomial;
    results.pentanomial = [i32[p]!, i32[p + 1]!, i32[p + 2]!, i32[p + 3]!, i32[p + 4]!];
  }
  return results;
}

export function writeTaskResults(tasks: TaskTable, offset: number, results: Results): void {
  const { i32 } = tasks.records;
  i32[offset + TaskWord.wins] = results.wins;
  i32[offset + TaskWord.losses] = results.losses;
  i32[offset + TaskWord.draws] = results.draws;
  i32[offset + TaskWord.crashes] = results.crashes ?? 0;
  i32[offset + TaskWord.timeLosses] = results.time_losses ?? 0;
  failpoint?.('task results: half');
  for (let i = 0; i < PAIRS; i++) i32[offset + TaskWord.pentanomial + i] = results.pentanomial?.[i] ?? 0;
  if (results.pentanomial === undefined) i32[offset + TaskWord.flags]! |= TaskFlag.trinomial;
  else i32[offset + TaskWord.flags]! &= ~TaskFlag.trinomial;
}

/** Games that the task has reported. */
export function taskGames(tasks: TaskTable, offset: number): number {
  const { i32 } = tasks.records;
  return i32[offset + TaskWord.wins]! + i32[offset + TaskWord.losses]! + i32[offset + TaskWord.draws]!;
}

export function runGames(runs: RunTable, slot: number): number {
  return (
    runs.float(slot, RunFloat.wins) + runs.float(slot, RunFloat.losses) + runs.float(slot, RunFloat.draws)
  );
}

/** The live test of an SPRT run. Members that the run's document lacks are missing here too. */
export function readSprt(runs: RunTable, slot: number): Sprt {
  const { f64 } = runs.records;
  const offset = runs.at(slot) / 2;
  const sprt: Sprt = {
    alpha: f64[offset + RunFloat.alpha]!,
    beta: f64[offset + RunFloat.beta]!,
    elo0: f64[offset + RunFloat.elo0]!,
    elo1: f64[offset + RunFloat.elo1]!,
    elo_model: ELO_MODELS[runs.word(slot, RunWord.eloModel)]!,
    llr: f64[offset + RunFloat.llr]!,
    batch_size: runs.word(slot, RunWord.batchSize),
    lower_bound: f64[offset + RunFloat.lowerBound]!,
    upper_bound: f64[offset + RunFloat.upperBound]!,
  };
  if (runs.has(slot, RunFlag.sprtState)) sprt.state = SPRT_STATES[runs.word(slot, RunWord.sprtState)]!;
  if (runs.has(slot, RunFlag.lostSamples)) sprt.lost_samples = f64[offset + RunFloat.lostSamples]!;
  if (runs.has(slot, RunFlag.illegalUpdate)) sprt.illegal_update = f64[offset + RunFloat.illegalUpdate]!;
  if (runs.has(slot, RunFlag.overshoot)) {
    const o = offset + RunFloat.overshoot;
    sprt.overshoot = {
      last_update: f64[o]!,
      skipped_updates: f64[o + 1]!,
      ref0: f64[o + 2]!,
      m0: f64[o + 3]!,
      sq0: f64[o + 4]!,
      ref1: f64[o + 5]!,
      m1: f64[o + 6]!,
      sq1: f64[o + 7]!,
    };
  }
  return sprt;
}

export function writeSprt(runs: RunTable, slot: number, sprt: Sprt): void {
  const { f64 } = runs.records;
  const offset = runs.at(slot) / 2;
  f64[offset + RunFloat.alpha] = sprt.alpha;
  f64[offset + RunFloat.beta] = sprt.beta;
  f64[offset + RunFloat.elo0] = sprt.elo0;
  f64[offset + RunFloat.elo1] = sprt.elo1;
  f64[offset + RunFloat.llr] = sprt.llr;
  f64[offset + RunFloat.lowerBound] = sprt.lower_bound;
  f64[offset + RunFloat.upperBound] = sprt.upper_bound;
  runs.setWord(slot, RunWord.eloModel, ELO_MODELS.indexOf(sprt.elo_model ?? 'BayesElo'));
  runs.setWord(slot, RunWord.batchSize, sprt.batch_size ?? 1);
  runs.setWord(slot, RunWord.sprtState, SPRT_STATES.indexOf(sprt.state ?? ''));
  runs.set(slot, RunFlag.sprtState, sprt.state !== undefined);
  runs.set(slot, RunFlag.lostSamples, sprt.lost_samples !== undefined);
  f64[offset + RunFloat.lostSamples] = sprt.lost_samples ?? 0;
  runs.set(slot, RunFlag.illegalUpdate, sprt.illegal_update !== undefined);
  f64[offset + RunFloat.illegalUpdate] = sprt.illegal_update ?? 0;
  const o = sprt.overshoot;
  runs.set(slot, RunFlag.overshoot, o !== undefined);
  if (o === undefined) return;
  f64.set(
    [o.last_update, o.skipped_updates, o.ref0, o.m0, o.sq0, o.ref1, o.m1, o.sq1],
    offset + RunFloat.overshoot,
  );
}
