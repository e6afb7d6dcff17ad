/** Stores the games of a task (docs/spec/worker-api.md §4.8). The task need not be active, nor its run unfinished. */
import { decodePgn } from '../../protocol/pgn.js';
import * as texts from '../../protocol/texts.js';
import type { State } from '../../state/state.js';
import { commitSystem, pushItem } from '../changes.js';
import { accept, type Context, type Outcome, type Reply, refuse, type WorkerCall } from '../context.js';
import { checkReferences } from './resolve-task.js';

export function uploadPgn(context: Context, call: WorkerCall): Outcome {
  return checkReferences(context, call) ?? storePgn(context.state, call);
}

export function answerFinished(state: State, call: WorkerCall): Reply {
  return storePgn(state, call);
}

/** For a call whose run and task passed the checks. */
function storePgn(state: State, call: WorkerCall): Reply {
  const { pgn, run_id: runId, task_id: taskId } = call.request;
  if (pgn === undefined) return refuse(call, 400, texts.MISSING_PGN);
  const decoded = decodePgn(pgn);
  if (typeof decoded === 'string') return refuse(call, 400, decoded);
  if (runId === undefined) return refuse(call, 400, texts.MISSING_RUN_ID);
  if (taskId === undefined) return refuse(call, 400, texts.MISSING_TASK_ID);
  const document = { run_id: `${runId}-${taskId}`, pgn_zip: decoded, size: decoded.length };
  return accept(
    {},
    commitSystem(state, (slot) => pushItem(state, slot, { kind: 'pgn', pgn: document })),
  );
}
