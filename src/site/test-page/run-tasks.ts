/** Tasks of a run, from memory or from the store, and what follows from them: the test of whether workers differ. */
import type { TaskDocument } from '../../model/documents.js';
import { type Chi2, chi2OfWorkers } from '../../rules/chi2.js';
import { chooseBadTasks, MANUAL_PURGE } from '../../rules/purge-choice.js';
import { taskViews } from '../../rules/residual-display.js';
import { RunWord } from '../../state/run-record.js';
import { readTask } from '../../state/task-document.js';
import type { RunHead } from '../../store/port.js';
import type { SiteParts } from '../visit.js';

export interface TaskFacts {
  readonly chi2: Chi2;
  readonly tasks: number;
  readonly purged: number;
  /** What a purge by hand would take. */
  readonly suspicious: { readonly tasks: number; readonly workers: number; readonly games: number };
}

/** Under one hold of the run's lock, so that no beat waits for a reader. */
const TASKS_A_HOLD = 250;
/** Reading all tasks for each look at a run that is being played would cost more than it tells. */
const BELIEVED_MS = 10_000;
const MOST_KEPT = 200;

/** In order of their numbers, which are their places. */
export async function findTasks(
  { state, reader, isPrimary }: SiteParts,
  runId: string,
): Promise<TaskDocument[]> {
  const live = isPrimary ? liveTasks(state, runId) : undefined;
  if (live !== undefined) return live;
  const tasks: TaskDocument[] = [];
  for await (const task of reader.tasks(runId)) tasks.push(task);
  return tasks;
}

/** Undefined when the run is not in memory, or leaves it meanwhile. */
function liveTasks(state: SiteParts['state'], runId: string): TaskDocument[] | undefined {
  const { runs, tasks } = state;
  const slot = runs.find(runId);
  if (slot < 0) return undefined;
  const found: TaskDocument[] = [];
  for (let count = 1; found.length < count; ) {
    const isThere = runs.locks.run(slot, () => {
      if (!runs.holds(slot, runId)) return false;
      count = runs.word(slot, RunWord.taskCount);
      const to = Math.min(count, found.length + TASKS_A_HOLD);
      for (let taskId = found.length; taskId < to; taskId++) {
        found.push(readTask(state, tasks.offsetOf(slot, taskId)));
      }
      return true;
    });
    if (!isThere) return undefined;
  }
  return found;
}

interface Kept {
  readonly facts: TaskFacts;
  readonly readAt: number;
  /** Changes when a finished run was purged. */
  readonly games: number;
}

const kept = new Map<string, Kept>();

export async function taskFacts(parts: SiteParts, head: RunHead, now: number): Promise<TaskFacts> {
  const known = kept.get(head._id);
  const { wins, losses, draws } = head.results;
  const games = wins + losses + draws;
  // What a finished run's tasks say stays: only a purge changes it, and then the games are fewer.
  const isFresh =
    known !== undefined && (head.finished ? known.games === games : now - known.readAt < BELIEVED_MS);
  if (isFresh) return known.facts;
  const facts = factsOf(await findTasks(parts, head._id));
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(head._id, { facts, readAt: now, games });
  return facts;
}

function factsOf(tasks: readonly TaskDocument[]): TaskFacts {
  const candidates = tasks.flatMap(({ stats, worker_info, bad }, taskId) =>
    // Old documents may lack results, and who played.
    bad === undefined ? [{ taskId, key: worker_info?.unique_key, stats: stats ?? {} }] : [],
  );
  const bad = chooseBadTasks(candidates, MANUAL_PURGE);
  const gamesOf = (taskId: number) => {
    const { wins = 0, losses = 0, draws = 0 } = tasks[taskId]!.stats ?? {};
    return wins + losses + draws;
  };
  return {
    chi2: chi2OfWorkers(taskViews(tasks)),
    tasks: tasks.length,
    purged: tasks.length - candidates.length,
    suspicious: {
      tasks: bad.length,
      workers: new Set(bad.map(({ taskId }) => tasks[taskId]!.worker_info?.unique_key)).size,
      games: bad.reduce((sum, { taskId }) => sum + gamesOf(taskId), 0),
    },
  };
}
