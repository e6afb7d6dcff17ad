/** Applies the result of one SPSA batch to the tune (docs/spec/spsa.md §4–5). Call under the run's lock. */
import { crc32 } from 'node:zlib';
import type { SpsaHistoryPoint } from '../../model/documents.js';
import type { SpsaResults } from '../../protocol/request.js';
import { applyBatch, historyPeriod, unpackFlips, wantsHistory } from '../../rules/spsa.js';
import { RunFloat, RunWord } from '../../state/run-record.js';
import { SpsaBlock } from '../../state/spsa-block.js';
import type { State } from '../../state/state.js';
import { dropTaskFlips, taskFlips } from '../../state/task-document.js';
import { TaskChange, TaskWord } from '../../state/task-record.js';
import { markSpsa, markTask, pushItem } from '../changes.js';
import type { ResolvedTask } from './resolve-task.js';

/**
 * A result without a request, with the flips of another one, or of other games than the task's results grew by, is skipped:
 * its games stay counted, but it moves no parameter.
 * @param newGames by how many games the task's results grew
 */
export function applySpsa(
  state: State,
  { slot, taskId, offset }: ResolvedTask,
  result: SpsaResults,
  newGames: number,
): void {
  const packed = taskFlips(state, offset);
  if (packed === undefined) return;
  const iter = state.tasks.records.i32[offset + TaskWord.spsaIter]!;
  dropTaskFlips(state, offset);
  markTask(state, slot, taskId, offset, TaskChange.spsa);
  if (crc32(packed) !== (result.sig ?? 0) || result.num_games !== newGames) return;
  // The store may hold flips of another list of parameters: they say nothing about this one.
  if (packed.length !== Math.ceil(paramCount(state, slot) / 8)) return;

  const block = new SpsaBlock(state.slab, writableBlock(state, slot));
  const entry = applyBatch(block, iter, unpackFlips(packed, block.length), result);
  markSpsa(state, slot);
  noteHistory(state, slot, block, entry);
}

function paramCount(state: State, slot: number): number {
  return new SpsaBlock(state.slab, state.runs.word(slot, RunWord.spsa) >>> 0).length;
}

/** The block itself, or a copy that takes its place, where the change may have to be put back. */
function writableBlock(state: State, slot: number): number {
  const handle = state.runs.word(slot, RunWord.spsa) >>> 0;
  if (!state.undoLog.isRecording) return handle;
  const copy = state.slab.put(state.slab.copy(handle));
  state.runs.setWord(slot, RunWord.spsa, copy);
  state.undoLog.deferUntilRelease(() => state.slab.free(handle));
  return copy;
}

function noteHistory(state: State, slot: number, block: SpsaBlock, entry: SpsaHistoryPoint[]): void {
  const period = historyPeriod(block.length, state.runs.float(slot, RunFloat.numGames));
  if (period <= 0) return;
  block.hasHistory = true;
  if (!wantsHistory(block.historyLength, block.iter, period)) return;
  block.historyLength += 1;
  pushItem(state, slot, { kind: 'spsaHistory', entry });
}
