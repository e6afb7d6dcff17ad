/** Applies the result of one SPSA batch to the tune (spec: spsa.md §4–5). Call under the run's lock. */
import type { SpsaHistoryPoint } from '../protocol/documents.js';
import type { SpsaResults } from '../protocol/request.js';
import { crc32 } from '../rules/crc32.js';
import { clipTheta, historyPeriod, stepSizes, unpackFlips } from '../rules/spsa.js';
import { RunFloat, RunWord } from '../state/run-record.js';
import { SpsaBlock } from '../state/spsa-block.js';
import type { State } from '../state/state.js';
import { dropTaskFlips, taskFlips } from '../state/task-document.js';
import { TaskChange, TaskWord } from '../state/task-record.js';
import { markSpsa, markTask, pushItem } from './changes.js';
import type { Located } from './locate.js';

/** A result without a request, or with the flips of another one, is skipped: its games stay counted. */
export function applySpsa(state: State, { slot, taskId, at }: Located, result: SpsaResults): void {
  const packed = taskFlips(state, at);
  if (packed === undefined) return;
  const iter = state.tasks.records.i32[at + TaskWord.spsaIter]!;
  dropTaskFlips(state, at);
  markTask(state, slot, taskId, at, TaskChange.spsa);
  if (crc32(packed) !== (result.sig ?? 0)) return;

  const block = new SpsaBlock(state.slab, writableBlock(state, slot));
  const flips = unpackFlips(packed, block.length);
  const score = result.wins - result.losses;
  const entry: SpsaHistoryPoint[] = [];
  block.iter += Math.floor(result.num_games / 2);
  for (let i = 0; i < block.length; i++) {
    const { c, R } = stepSizes(block.c(i), block.a(i), block.A, block.alpha, block.gamma, iter);
    const theta = clipTheta(block.theta(i) + R * c * score * flips[i]!, block.min(i), block.max(i));
    block.setTheta(i, theta);
    entry.push({ theta, R, c });
  }
  markSpsa(state, slot);
  noteHistory(state, slot, block, entry);
}

/** The block itself, or a copy that takes its place, where the change may have to be put back. */
function writableBlock(state: State, slot: number): number {
  const handle = state.runs.word(slot, RunWord.spsa) >>> 0;
  if (!state.sections.keeps) return handle;
  const copy = state.slab.put(state.slab.copy(handle));
  state.runs.setWord(slot, RunWord.spsa, copy);
  state.sections.later(() => state.slab.free(handle));
  return copy;
}

/** At most one entry an update: a large batch leaves the history behind, and later ones catch up. */
function noteHistory(state: State, slot: number, block: SpsaBlock, entry: SpsaHistoryPoint[]): void {
  const period = historyPeriod(block.length, state.runs.float(slot, RunFloat.numGames));
  if (period <= 0) return;
  block.hasHistory = true;
  if (block.historyLength + 1 > block.iter / period) return;
  block.historyLength += 1;
  pushItem(state, slot, { kind: 'spsaHistory', entry });
}
