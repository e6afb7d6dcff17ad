/** Runs and tasks as the public API shows them: dates as text, secrets cut, what is long left out. */

import type { BadTaskDocument, Spsa, TaskDocument } from '../model/documents.js';
import { dateText } from '../protocol/date-text.js';
import { isRecord } from '../rules/stored-values.js';
import type { RunHead } from './write-batch.js';

/** How much of a worker's key is shown: the part that its name shows as well. */
const SHOWN_KEY = 8;

/** A run in a list: without tasks, and a tune without its history (docs/spec/worker-api.md §5.1, §5.2). */
export function listedRun(head: RunHead): Record<string, unknown> {
  const run = withDates(head);
  const spsa = tuneOf(head);
  if (spsa === undefined) return run;
  const { param_history: _history, ...shown } = spsa;
  return { ...run, args: { ...head.args, spsa: shown } };
}

/** A run by itself: its tasks and history are empty lists (§5.4). */
export function singleRun(head: RunHead): Record<string, unknown> {
  const run = { ...withDates(head), tasks: [], bad_tasks: [] };
  const spsa = tuneOf(head);
  return spsa === undefined ? run : { ...run, args: { ...head.args, spsa: { ...spsa, param_history: [] } } };
}

/** Undefined where an old document has none, or what is none: it is shown as it is. */
function tuneOf({ args }: RunHead): Spsa | undefined {
  return isRecord(args) && isRecord(args.spsa) ? (args.spsa as Spsa) : undefined;
}

/** §5.5. */
export function shownTask(task: TaskDocument | BadTaskDocument): Record<string, unknown> {
  const shown: Record<string, unknown> = { ...withDates(task) };
  const { worker_info: info, spsa_params: spsa }: { worker_info?: unknown; spsa_params?: unknown } = task;
  if (isRecord(info)) {
    const key = String(info['unique_key'] ?? '').slice(0, SHOWN_KEY);
    shown['worker_info'] = { ...info, unique_key: `${key}...`, remote_addr: '?.?.?.?' };
  }
  if ('residual' in task && !Number.isFinite(task.residual)) shown['residual'] = 'inf';
  if (isRecord(spsa) && spsa['packed_flips'] instanceof Uint8Array) {
    shown['spsa_params'] = { ...spsa, packed_flips: Array.from(spsa['packed_flips']) };
  }
  return shown;
}

function withDates(document: object): Record<string, unknown> {
  const copy = { ...document } as Record<string, unknown>;
  for (const name of ['start_time', 'last_updated']) {
    const instant = copy[name];
    if (typeof instant === 'number') copy[name] = dateText(instant);
  }
  return copy;
}
