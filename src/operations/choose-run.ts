/**
 * The order and the filters by which a worker gets a run (spec: scheduling.md §2.3, §2.4). Reads single words of runs
 * it has not locked: what it chooses is checked again under the run's lock. Call under the request-task mutex.
 */

import { knownWorkerArchs } from '../protocol/configured-names.js';
import type { WorkerInfo } from '../protocol/documents.js';
import { memoryNeed } from '../rules/task-size.js';
import { COMPILERS, RunFlag, RunFloat, RunWord } from '../state/run-record.js';
import type { State } from '../state/state.js';

/**
 * The slot of the first run that the worker can take, or −1. One pass without allocation: a thousand runs take some
 * microseconds, since what it reads of a run lies in two cache lines.
 */
export function chooseRun(state: State, info: WorkerInfo, worker: number): number {
  const { runs, workers } = state;
  const { i32, f64 } = runs.records;
  const { concurrency } = info;
  const arch = archIndex(info.worker_arch);
  const archWord = arch < 32 ? RunWord.archLow : RunWord.archHigh;
  const compiler = (COMPILERS as readonly string[]).indexOf(info.compiler);
  const [last0, last1, last2] = workers.lastRunWords(worker);
  let best = -1;
  let bestPriority = 0;
  let bestHasCores = false;
  let bestLoad = 0;
  const ready = runs.readySlots();
  for (let i = 0; i < ready.length; i++) {
    const slot = ready[i]!;
    const at = runs.at(slot);
    const half = at >> 1;
    if ((i32[at + RunWord.flags]! & (RunFlag.approved | RunFlag.finished)) !== RunFlag.approved) continue;
    // The order (§2.3): most runs come after the best one so far, whatever the filters say.
    const priority = f64[half + RunFloat.priority]!;
    const ownCores = i32[at + RunWord.cores]!;
    const isLast =
      i32[at + RunWord.id + 2] === last2 &&
      i32[at + RunWord.id + 1] === last1 &&
      i32[at + RunWord.id] === last0;
    const cores = isLast ? ownCores + concurrency : ownCores;
    const hasCores = cores > 0;
    const load = (cores + concurrency / 2) / f64[half + RunFloat.itp]!;
    if (best >= 0) {
      if (priority < bestPriority) continue;
      if (priority === bestPriority) {
        if (hasCores !== bestHasCores) {
          if (hasCores) continue;
        } else if (load > bestLoad || (load === bestLoad && isOlder(i32, runs.at(best), at))) continue;
      }
    }
    // The filters (§2.4).
    if (i32[at + RunWord.inUse] === 0) continue;
    const threads = i32[at + RunWord.threads]!;
    if (threads > concurrency || threads < info.min_threads) continue;
    if (((i32[at + archWord]! >>> (arch & 31)) & 1) === 0) continue;
    const wanted = i32[at + RunWord.compiler]!;
    if (wanted !== 0 && wanted !== compiler) continue;
    if (ownCores > f64[half + RunFloat.coreLimit]!) continue;
    if (f64[half + RunFloat.numGames]! - f64[half + RunFloat.committedGames]! <= 0) continue;
    if (memoryNeed(concurrency, threads, f64[half + RunFloat.hashMemory]!) > info.max_memory) continue;
    if (info.near_github_api_limit && !workers.hasSeen(worker, idWordsOf(state, slot))) continue;
    best = slot;
    bestPriority = priority;
    bestHasCores = hasCores;
    bestLoad = load;
  }
  return best;
}

/** Whether the run whose record begins at `a` has a smaller id than the one at `b`. */
function isOlder(i32: Int32Array, a: number, b: number): boolean {
  for (let word = RunWord.id; word < RunWord.id + 3; word++) {
    const difference = (i32[a + word]! >>> 0) - (i32[b + word]! >>> 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
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
