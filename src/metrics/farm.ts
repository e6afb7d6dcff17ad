/** What the live runs add up to, read without any lock. */
import { RunFlag, RunFloat, RunWord } from '../state/run-record.js';
import type { State } from '../state/state.js';

export interface FarmTotals {
  /** Unfinished runs by state. */
  runs: { active: number; paused: number; pending: number };
  /** Tasks of unfinished and of still remembered runs. */
  tasks: number;
  workers: number;
  cores: number;
  nps: number;
  games_per_minute: number;
  /** Games of unfinished runs so far. */
  games: number;
}

export function readFarm({ runs }: State): FarmTotals {
  const totals: FarmTotals = {
    runs: { active: 0, paused: 0, pending: 0 },
    tasks: 0,
    workers: 0,
    cores: 0,
    nps: 0,
    games_per_minute: 0,
    games: 0,
  };
  for (const slot of runs.slots()) {
    totals.tasks += runs.word(slot, RunWord.taskCount);
    if (!runs.isUnfinished(slot)) continue;
    const workers = runs.word(slot, RunWord.workers);
    const kind = workers > 0 ? 'active' : runs.has(slot, RunFlag.approved) ? 'paused' : 'pending';
    totals.runs[kind]++;
    totals.workers += workers;
    totals.cores += runs.order.cores(slot);
    totals.nps += runs.float(slot, RunFloat.nps);
    totals.games_per_minute += runs.float(slot, RunFloat.gamesPerMinute);
    totals.games +=
      runs.float(slot, RunFloat.wins) + runs.float(slot, RunFloat.losses) + runs.float(slot, RunFloat.draws);
  }
  return totals;
}
