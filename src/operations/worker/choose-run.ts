/**
 * The order and the filters by which a worker gets a run (docs/spec/scheduling.md §2.3, §2.4). Reads single words of runs
 * it has not locked: what it chooses is checked again under the run's lock. Call under the request-task mutex.
 * The comparison itself: `rules/compare-runs.ts`.
 */

import type { WorkerInfo } from '../../model/documents.js';
import { knownWorkerArchs } from '../../protocol/configured-names.js';
import { LARGEST_COUNT } from '../../protocol/schema-parts.js';
import { goesBefore, loadWith } from '../../rules/compare-runs.js';
import { memoryNeed } from '../../rules/task-size.js';
import { ORDER_WORDS, OrderFloat, OrderWord } from '../../state/run-order.js';
import { COMPILERS, RunFlag, RunFloat, RunWord } from '../../state/run-record.js';
import type { State } from '../../state/state.js';

/**
 * The slot of the first run that the worker can take, or −1. One pass: of most runs only the order is read,
 * since they come after the best one so far whatever the filters say. The list of ready runs has the oldest first.
 */
export function chooseRun(state: State, info: WorkerInfo, worker: number): number {
  const { runs, workers } = state;
  const { order, ready } = runs;
  const { i32, f64 } = order.records;
  const { concurrency } = info;
  const passes = filterFor(state, info, worker);
  const [last0, last1, last2] = workers.lastRunWords(worker);
  let best = -1;
  let bestPriority = 0;
  let bestCores = 0;
  let bestLoad = 0;
  ready.beginScan();
  for (let i = 0; ready.has(i); i++) {
    const slot = ready.at(i);
    const offset = slot * ORDER_WORDS;
    const isLast =
      i32[offset + OrderWord.id + 2] === last2 &&
      i32[offset + OrderWord.id + 1] === last1 &&
      i32[offset + OrderWord.id] === last0;
    const priority = f64[(offset >> 1) + OrderFloat.priority]!;
    const ownCores = i32[offset + OrderWord.cores]!;
    const cores = isLast ? ownCores + concurrency : ownCores;
    const load = loadWith(cores, concurrency, f64[(offset >> 1) + OrderFloat.itp]!);
    if (best >= 0 && !goesBefore(priority, cores, load, bestPriority, bestCores, bestLoad)) continue;
    if (!passes(slot)) continue;
    best = slot;
    bestPriority = priority;
    bestCores = cores;
    bestLoad = load;
  }
  return best;
}

/** Whether the worker can take the run in a slot (§2.4). */
function filterFor(state: State, info: WorkerInfo, worker: number): (slot: number) => boolean {
  const { runs, workers } = state;
  const { i32, f64 } = runs.records;
  const { concurrency } = info;
  const arch = archIndex(info.worker_arch);
  const archWord = arch < 32 ? RunWord.archLow : RunWord.archHigh;
  const compiler = (COMPILERS as readonly string[]).indexOf(info.compiler);
  return (slot) => {
    const offset = runs.at(slot);
    const half = offset / 2;
    if (i32[offset + RunWord.inUse] === 0) return false;
    if ((i32[offset + RunWord.flags]! & (RunFlag.approved | RunFlag.finished)) !== RunFlag.approved)
      return false;
    const threads = i32[offset + RunWord.threads]!;
    if (threads > concurrency || threads < info.min_threads) return false;
    if (((i32[offset + archWord]! >>> (arch & 31)) & 1) === 0) return false;
    const wanted = i32[offset + RunWord.compiler]!;
    if (wanted !== 0 && wanted !== compiler) return false;
    const cores = runs.order.cores(slot);
    if (cores > f64[half + RunFloat.coreLimit]! || cores + concurrency > LARGEST_COUNT) return false;
    if (f64[half + RunFloat.numGames]! - f64[half + RunFloat.committedGames]! <= 0) return false;
    if (memoryNeed(concurrency, threads, f64[half + RunFloat.hashMemory]!) > info.max_memory) return false;
    return !info.near_github_api_limit || workers.hasSeen(worker, runs.order.idWords(slot));
  };
}

/** The position of an architecture in a run's mask; what is not in the list comes after it. */
function archIndex(arch: string): number {
  const index = knownWorkerArchs().indexOf(arch);
  return index < 0 ? knownWorkerArchs().length : index;
}
