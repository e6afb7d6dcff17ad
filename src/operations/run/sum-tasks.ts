/** A run's aggregates as its tasks, which are the truth, say them (docs/spec/scheduling.md §7.5). */
import type { Pentanomial, Results } from '../../model/documents.js';
import { taskGames } from '../../state/results.js';
import { RunFlag, RunWord } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import { TaskWord } from '../../state/task-record.js';
import { isActive } from './transitions.js';

export interface TaskSums {
  results: Results;
  cores: number;
  workers: number;
  committed_games: number;
  total_games: number;
}

const COUNTS = 10;

/** Sums over all tasks; purged ones count as they stand, with no games. Call under the run's lock. */
export function sumTasks(state: State, slot: number): TaskSums {
  const { runs, tasks } = state;
  const { i32 } = tasks.records;
  const counts = new Float64Array(COUNTS);
  let [cores, workers, committed, total] = [0, 0, 0, 0];
  for (let taskId = 0; taskId < runs.word(slot, RunWord.taskCount); taskId++) {
    const offset = tasks.offsetOf(slot, taskId);
    for (let i = 0; i < COUNTS; i++) counts[i]! += i32[offset + TaskWord.wins + i]!;
    const numGames = i32[offset + TaskWord.numGames]!;
    total += numGames;
    if (isActive(state, offset)) {
      workers++;
      cores += i32[offset + TaskWord.concurrency]!;
      committed += numGames;
    } else {
      committed += taskGames(tasks, offset);
    }
  }
  const [wins, losses, draws, crashes, time_losses, ...pairs] = counts as unknown as number[];
  const results: Results = {
    wins: wins!,
    losses: losses!,
    draws: draws!,
    crashes: crashes!,
    time_losses: time_losses!,
  };
  if (!runs.has(slot, RunFlag.trinomial)) results.pentanomial = pairs as Pentanomial;
  return { results, cores, workers, committed_games: committed, total_games: total };
}
