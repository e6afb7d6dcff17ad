/** Audits what is in memory, in the background (docs/spec/scheduling.md §8): a random run, and the tables that refer to runs. */

import { isObjectId } from '../model/object-id.js';
import { logAction, withSystem } from '../operations/changes.js';
import { findTaskProblem, logInvalidRun, noteInvalidRun } from '../operations/run/validate-run.js';
import { checkBooks } from '../protocol/check-document.js';
import { isShortWorkerName } from '../protocol/schema-parts.js';
import { RunWord } from '../state/run-record.js';
import type { State } from '../state/state.js';
import { scanTasks, scanWorkers, withUnfinished } from './scan.js';

/** Problems of the tables that are logged at a time. */
const MOST_LOGGED = 10;

/** Measures an unfinished run by the schema of run documents. Returns the run's id, or undefined when there is none. */
export function validateRandomRun(state: State, now: number, random = Math.random): string | undefined {
  const slots = state.runs.unfinished();
  const slot = slots[Math.floor(random() * slots.length)];
  if (slot === undefined) return undefined;
  const runId = withUnfinished(state, slot, () => {
    noteInvalidRun(state, slot, now);
    return state.runs.id(slot);
  });
  let noted = false;
  scanTasks(state, slot, (taskId) => {
    if (noted) return;
    const problem = findTaskProblem(state, slot, taskId);
    if (problem === undefined) return;
    noted = true;
    logInvalidRun(state, slot, problem, now);
  });
  state.commits.next();
  return runId;
}

/**
 * Looks for entries that refer to nothing or are named wrongly, and logs the first few. Returns how many there are.
 * @param books the metadata of all books, as the store keeps it
 */
export function validateStructures(state: State, books: unknown, now: number): number {
  const problems = [...workerProblems(state), ...connectionProblems(state), ...runProblems(state)];
  const wrongBook = checkBooks(books ?? {});
  if (wrongBook !== undefined) problems.push(wrongBook);
  if (problems.length === 0) return 0;
  withSystem(state, (slot) => {
    for (const message of problems.slice(0, MOST_LOGGED)) {
      logAction(state, slot, now, 'log_message', { username: 'fishtest.system', message });
    }
  });
  state.commits.next();
  return problems.length;
}

function workerProblems(state: State): string[] {
  const problems: string[] = [];
  const { workers, runs } = state;
  scanWorkers(state, (worker) => {
    const name = workers.table.key(worker);
    if (!isShortWorkerName(name)) problems.push(`workers: ${JSON.stringify(name)} is no short worker name`);
    const task = workers.task(worker);
    if (task === undefined || runs.word(task.slot, RunWord.generation) !== task.generation) return;
    if (task.taskId >= runs.word(task.slot, RunWord.taskCount)) {
      problems.push(`workers: ${name} has task ${task.taskId}, which its run ${runs.id(task.slot)} has not`);
    }
  });
  return problems;
}

function connectionProblems({ connections }: State): string[] {
  return connections.overdrawn().map((address) => `connections: ${address} has less than no active tasks`);
}

/** Every unfinished run can be found by its id. */
function runProblems({ runs }: State): string[] {
  return runs.unfinished().flatMap((slot) => {
    const id = runs.id(slot);
    if (!isObjectId(id)) return [`runs: ${id} is no id`];
    return runs.find(id) === slot || !runs.isUnfinished(slot)
      ? []
      : [`runs: ${id} cannot be found by its id`];
  });
}
