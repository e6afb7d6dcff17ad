/** A run's aggregates, computed anew from its tasks, which are the truth. */
import { readRunResults, writeRunResults } from '../../state/results.js';
import { RunFlag, RunFloat, RunWord } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import { sumTasks } from '../run/sum-tasks.js';
import { updateFlags } from '../run/transitions.js';

/** Call under the run's lock. Returns what was wrong and is right now, one sentence each. */
export function recountRun(state: State, slot: number): string[] {
  const { runs } = state;
  const before = summary(state, slot);
  const sums = sumTasks(state, slot);
  writeRunResults(runs, slot, sums.results);
  runs.order.setCores(slot, sums.cores);
  runs.setWord(slot, RunWord.workers, sums.workers);
  runs.setFloat(slot, RunFloat.committedGames, sums.committed_games);
  runs.setFloat(slot, RunFloat.totalGames, sums.total_games);
  updateFlags(state, slot);
  return Object.entries(summary(state, slot))
    .filter(([name, value]) => before[name as keyof typeof before] !== value)
    .map(([name, value]) => {
      const was = before[name as keyof typeof before];
      return `run ${runs.id(slot)}: ${name} was ${was}, tasks say ${value}`;
    });
}

function summary(state: State, slot: number) {
  const { runs } = state;
  return {
    results: JSON.stringify(readRunResults(runs, slot)),
    cores: runs.order.cores(slot),
    workers: runs.word(slot, RunWord.workers),
    committed_games: runs.float(slot, RunFloat.committedGames),
    total_games: runs.float(slot, RunFloat.totalGames),
    is_green: runs.has(slot, RunFlag.green),
    is_yellow: runs.has(slot, RunFlag.yellow),
  };
}
