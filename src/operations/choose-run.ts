/**
 * The order and the filters by which a worker gets a run (spec: scheduling.md §2.3, §2.4). Reads single words of runs
 * it has not locked: what it chooses is checked again under the run's lock. Call under the request-task mutex.
 */

import { knownWorkerArchs } from '../protocol/configured-names.js';
import type { WorkerInfo } from '../protocol/documents.js';
import { memoryNeed } from '../rules/task-size.js';
import { COMPILERS, RunFlag, RunFloat, RunWord } from '../state/run-record.js';
import type { State } from '../state/state.js';

/** Where a run stands for this worker: the least comes first. */
interface Standing {
  slot: number;
  priority: number;
  hasCores: boolean;
  load: number;
}

/** The slot of the first run that the worker can take, or −1. */
export function chooseRun(state: State, info: WorkerInfo, worker: number): number {
  const arch = archIndex(info.worker_arch);
  const compiler = (COMPILERS as readonly string[]).indexOf(info.compiler);
  let best: Standing | undefined;
  state.runs.forEachReady((slot) => {
    if (!passes(state, slot, info, worker, arch, compiler)) return;
    const standing = standingOf(state, slot, info.concurrency, worker);
    if (best === undefined || comesBefore(state, standing, best)) best = standing;
  });
  return best === undefined ? -1 : (best as Standing).slot;
}

function standingOf(state: State, slot: number, concurrency: number, worker: number): Standing {
  const { runs, workers } = state;
  const bonus = workers.isLastRun(worker, idWordsOf(state, slot)) ? concurrency : 0;
  const cores = runs.word(slot, RunWord.cores) + bonus;
  return {
    slot,
    priority: runs.float(slot, RunFloat.priority),
    hasCores: cores > 0,
    load: (cores + concurrency / 2) / runs.float(slot, RunFloat.itp),
  };
}

/** Equal runs: the one with the smaller id, which is the older one, comes first. */
function comesBefore(state: State, a: Standing, b: Standing): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority;
  if (a.hasCores !== b.hasCores) return b.hasCores;
  if (a.load !== b.load) return a.load < b.load;
  return state.runs.id(a.slot) < state.runs.id(b.slot);
}

function passes(
  state: State,
  slot: number,
  info: WorkerInfo,
  worker: number,
  arch: number,
  compiler: number,
): boolean {
  const { runs } = state;
  if (!runs.has(slot, RunFlag.approved)) return false;
  const threads = runs.word(slot, RunWord.threads);
  if (threads > info.concurrency || threads < info.min_threads) return false;
  if (runs.float(slot, RunFloat.numGames) - runs.float(slot, RunFloat.committedGames) <= 0) return false;
  const need = memoryNeed(info.concurrency, threads, runs.float(slot, RunFloat.hashMemory));
  if (need > info.max_memory) return false;
  if (info.near_github_api_limit && !state.workers.hasSeen(worker, idWordsOf(state, slot))) return false;
  if (runs.word(slot, RunWord.cores) > runs.float(slot, RunFloat.coreLimit)) return false;
  const mask = runs.word(slot, arch < 32 ? RunWord.archLow : RunWord.archHigh);
  if (((mask >>> (arch & 31)) & 1) === 0) return false;
  const wanted = runs.word(slot, RunWord.compiler);
  return wanted === 0 || wanted === compiler;
}

function idWordsOf(state: State, slot: number): Int32Array {
  const at = state.runs.at(slot) + RunWord.id;
  return state.runs.records.i32.subarray(at, at + 3);
}

/** The position of an architecture in a run's mask; what is not in the list comes after it. */
export function archIndex(arch: string): number {
  const index = knownWorkerArchs().indexOf(arch);
  return index < 0 ? knownWorkerArchs().length : index;
}
