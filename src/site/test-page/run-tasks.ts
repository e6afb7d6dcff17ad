/**
 * Tasks of a run, from memory or from the store, and what follows from them: the test of whether workers differ. A run may
 * have tens of thousands: they are read in chunks, between which others have their turn (docs/spec/web-ui.md §7.3).
 */
import type { TaskDocument } from '../../model/documents.js';
import { type Chi2, WorkerCounts } from '../../rules/chi2.js';
import { chooseBadTasks, MANUAL_PURGE, type PurgeCandidate } from '../../rules/purge-choice.js';
import { readTask as readStoredTask } from '../../rules/stored-task.js';
import { RunWord } from '../../state/run-record.js';
import { readTask } from '../../state/task-document.js';
import type { RunHead } from '../../store/port.js';
import { othersTurn, Turns } from '../turns.js';
import type { SiteParts } from '../visit.js';

export interface TaskFacts {
  readonly chi2: Chi2;
  readonly tasks: number;
  readonly purged: number;
  /** What a purge by hand would take; only where it was asked for. */
  readonly suspicious?: Suspicious;
}

export interface Suspicious {
  readonly tasks: number;
  readonly workers: number;
  readonly games: number;
}

/** Of all tasks of a chunk, in order of their numbers, which are their places. */
export interface TaskChunk {
  /** Number of its first task. */
  readonly first: number;
  readonly tasks: readonly TaskDocument[];
}

/** Under one hold of the run's lock, so that no beat waits for a reader. */
const TASKS_A_CHUNK = 250;
/** Reading all tasks for each look at a run that is being played would cost more than it tells. */
const BELIEVED_MS = 10_000;
/** Of all runs that are kept: a residual takes about 100 bytes. */
const MOST_RESIDUALS = 200_000;
const MOST_KEPT = 200;

/** What is read from memory goes on in the store, if the run leaves memory meanwhile. */
export async function* taskChunks(
  { state, reader, isPrimary }: Pick<SiteParts, 'state' | 'reader' | 'isPrimary'>,
  runId: string,
): AsyncGenerator<TaskChunk> {
  const turns = new Turns();
  let next = 0;
  for (;;) {
    const tasks = isPrimary ? liveTasks(state, runId, next) : undefined;
    if (tasks === undefined) break;
    if (tasks.length > 0) yield { first: next, tasks };
    if (tasks.length < TASKS_A_CHUNK) return;
    next += tasks.length;
    await turns.next();
  }
  let taskId = 0;
  let chunk: TaskDocument[] = [];
  for await (const task of reader.tasks(runId)) {
    if (taskId++ >= next) chunk.push(readStoredTask(task));
    if (chunk.length < TASKS_A_CHUNK) continue;
    yield { first: taskId - chunk.length, tasks: chunk };
    chunk = [];
    await turns.next();
  }
  if (chunk.length > 0) yield { first: taskId - chunk.length, tasks: chunk };
}

/** A chunk of a run in memory; undefined when it is not there, or not any more. */
function liveTasks(state: SiteParts['state'], runId: string, from: number): TaskDocument[] | undefined {
  const { runs, tasks } = state;
  const slot = runs.find(runId);
  if (slot < 0) return undefined;
  return runs.locks.run(slot, () => {
    if (!runs.holds(slot, runId)) return undefined;
    const to = Math.min(runs.word(slot, RunWord.taskCount), from + TASKS_A_CHUNK);
    const found: TaskDocument[] = [];
    for (let taskId = from; taskId < to; taskId++) found.push(readTask(state, tasks.offsetOf(slot, taskId)));
    return found;
  });
}

/** As memory has it now; undefined for a run that is not there. */
export function countTasks({ state, isPrimary }: SiteParts, runId: string): number | undefined {
  const slot = isPrimary ? state.runs.find(runId) : -1;
  return slot < 0 ? undefined : state.runs.word(slot, RunWord.taskCount);
}

interface Kept {
  readonly facts: Promise<TaskFacts>;
  readonly readAt: number;
  /** Changes when a finished run was purged. */
  readonly games: number;
  readonly hasSuspicious: boolean;
  residuals: number;
}

const kept = new Map<string, Kept>();

/** @param wantsSuspicious also what a purge would take, which costs as much again */
export async function taskFacts(
  parts: SiteParts,
  head: RunHead,
  now: number,
  wantsSuspicious = false,
): Promise<TaskFacts> {
  const known = kept.get(head._id);
  const { wins, losses, draws } = head.results;
  const games = wins + losses + draws;
  if (known !== undefined && (known.hasSuspicious || !wantsSuspicious)) {
    // What a finished run's tasks say stays: only a purge changes it, and then the games are fewer.
    const isFresh = head.finished ? known.games === games : now - known.readAt < BELIEVED_MS;
    if (isFresh) return await known.facts;
  }
  const facts = readFacts(parts, head._id, wantsSuspicious);
  const entry: Kept = { facts, readAt: now, games, hasSuspicious: wantsSuspicious, residuals: 0 };
  kept.set(head._id, entry);
  try {
    entry.residuals = (await facts).chi2.residual.size;
  } catch (error) {
    if (kept.get(head._id) === entry) kept.delete(head._id);
    throw error;
  }
  dropOldest();
  return await facts;
}

/** Those read first go first; the latest stays, however large. */
function dropOldest(): void {
  let total = 0;
  for (const { residuals } of kept.values()) total += residuals;
  for (const [id, { residuals }] of kept) {
    if (kept.size <= 1 || (kept.size <= MOST_KEPT && total <= MOST_RESIDUALS)) return;
    total -= residuals;
    kept.delete(id);
  }
}

async function readFacts(parts: SiteParts, runId: string, wantsSuspicious: boolean): Promise<TaskFacts> {
  const counts = new WorkerCounts();
  const candidates: PurgeCandidate[] = [];
  let total = 0;
  let purged = 0;
  for await (const { first, tasks } of taskChunks(parts, runId)) {
    total = first + tasks.length;
    for (const [i, { bad, stats, worker_info }] of tasks.entries()) {
      // Old documents may lack results, and who played.
      const key = (worker_info as TaskDocument['worker_info'] | undefined)?.unique_key;
      if (bad !== undefined) purged++;
      else if (key !== undefined) counts.add({ key, stats });
      if (wantsSuspicious && bad === undefined)
        candidates.push({ taskId: first + i, key, stats: stats ?? {} });
    }
  }
  const chi2 = counts.test();
  if (!wantsSuspicious) return { chi2, tasks: total, purged };
  // The second test of the workers is a piece of its own.
  await othersTurn();
  return { chi2, tasks: total, purged, suspicious: suspiciousOf(candidates) };
}

function suspiciousOf(candidates: readonly PurgeCandidate[]): Suspicious {
  const bad = new Set(chooseBadTasks(candidates, MANUAL_PURGE).map(({ taskId }) => taskId));
  const chosen = candidates.filter(({ taskId }) => bad.has(taskId));
  return {
    tasks: chosen.length,
    workers: new Set(chosen.map(({ key }) => key)).size,
    games: chosen.reduce(
      (sum, { stats: { wins = 0, losses = 0, draws = 0 } }) => sum + wins + losses + draws,
      0,
    ),
  };
}
