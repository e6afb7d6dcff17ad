/** Draws the parameters of a worker's next SPSA batch (docs/spec/spsa.md §3). */

import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { spsaValues, taskEnded } from '../../protocol/replies.js';
import * as texts from '../../protocol/texts.js';
import { batchValues, packFlips } from '../../rules/spsa.js';
import { fixedHead } from '../../state/run-document.js';
import { RunFlag, RunWord } from '../../state/run-record.js';
import { SpsaBlock } from '../../state/spsa-block.js';
import { setTaskFlips } from '../../state/task-document.js';
import { TaskChange } from '../../state/task-record.js';
import { markTask } from '../changes.js';
import { type Context, type Outcome, type Reply, refuse, type WorkerCall } from '../context.js';
import { isActive } from '../run/transitions.js';
import { aboutTask } from './finished-call.js';
import { withResolvedTask } from './resolve-task.js';

/** +1 or −1 for each parameter. */
export type DrawFlips = (count: number) => readonly number[];

export function drawFlips(count: number): number[] {
  const bytes = randomBytes(Math.ceil(count / 8));
  return Array.from({ length: count }, (_, i) => ((bytes[i >> 3]! >> (i & 7)) & 1 ? 1 : -1));
}

export function requestSpsa(context: Context, call: WorkerCall): Outcome {
  return requestSpsaDrawn(context, call, drawFlips);
}

/** @param draw chance, or what stands for it in a replay */
export function requestSpsaDrawn(context: Context, call: WorkerCall, draw: DrawFlips): Outcome {
  const { state } = context;
  return withResolvedTask(context, call, ({ slot, taskId, offset }) => {
    const runId = state.runs.id(slot);
    if (!state.runs.has(slot, RunFlag.spsa)) return refuse(call, 500, texts.notSpsa(runId));
    if (!isActive(state, offset)) return notActive(runId, taskId);
    const block = new SpsaBlock(state.slab, state.runs.word(slot, RunWord.spsa) >>> 0);
    const names = fixedHead(state, slot).args.spsa!.params.map((param) => param.name);
    const flips = draw(block.length);
    const packed = packFlips(flips);
    const steps = names.map((name, i) => {
      const flip = flips[i]!;
      const { c, R, w, b } = batchValues(block, i, flip);
      return { white: { name, value: w, c, R, flip }, black: { name, value: b } };
    });
    setTaskFlips(state, offset, block.iter, packed);
    markTask(state, slot, taskId, offset, TaskChange.spsa);
    const json = spsaValues(
      crc32(packed),
      steps.map((step) => step.white),
      steps.map((step) => step.black),
    );
    return { status: 200, json, sequence: state.commits.next() };
  });
}

export const answerFinished = aboutTask((call, run, taskId) =>
  run.args.spsa === undefined ? refuse(call, 500, texts.notSpsa(run._id)) : notActive(run._id, taskId),
);

function notActive(runId: string, taskId: number): Reply {
  return { status: 200, json: taskEnded('info', texts.taskNotActive('request_spsa_data', runId, taskId)) };
}
