/** What a verb gets to answer a call about a run that has left memory: the run and the task passed steps 5–7. */
import * as texts from '../../protocol/texts.js';
import type { State } from '../../state/state.js';
import type { RunHead } from '../../state/write-batch.js';
import { type Reply, refuse, type WorkerCall } from '../context.js';

export type AnswerFinished = (state: State, call: WorkerCall, run: RunHead) => Reply;

/** For verbs that are about a task: the call must name one. */
export function aboutTask(answer: (call: WorkerCall, run: RunHead, taskId: number) => Reply): AnswerFinished {
  return (_state, call, run) => {
    const { task_id: taskId } = call.request;
    return taskId === undefined ? refuse(call, 400, texts.MISSING_TASK_ID) : answer(call, run, taskId);
  };
}
