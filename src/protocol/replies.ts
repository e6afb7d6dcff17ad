/**
 * The JSON of worker replies. Every reply object ends with `duration`, which real workers read without asking
 * whether it is there (docs/spec/worker-api.md §1.2, §6.2). Durations are seconds.
 */
import type { Results } from '../model/documents.js';

/** The protocol version workers compare with their own (docs/spec/worker-api.md §4.1). */
export const WORKER_VERSION = 325;

/** Bodies without duration that never change. */
export const VERSION_BODY = `{"version":${WORKER_VERSION}}`;
export const ALIVE_BODY = '{"task_alive":true}';
export const NOT_ALIVE_BODY = '{"task_alive":false}';
export const NO_TASK_BODY = '{"task_waiting":false}';

/** The JSON text of an object, with its duration appended. */
export function withDuration(body: string, seconds: number): string {
  const open = body.length === 2 ? '{' : `${body.slice(0, -1)},`;
  return `${open}"duration":${seconds}}`;
}

/** A handler's failure: `path` is the URL-decoded path of the request. */
export function errorReply(path: string, text: string, seconds: number): string {
  return withDuration(JSON.stringify({ error: `${path}: ${text}` }), seconds);
}

/** An answer of the server itself, such as "Not Found"; it has neither error nor duration. */
export function detailReply(detail: string): string {
  return JSON.stringify({ detail });
}

/** The task is over for the worker, and why: a refusal is an error, an inactive task is information. */
export function taskEnded(kind: 'error' | 'info', text: string): string {
  return JSON.stringify({ task_alive: false, [kind]: text });
}

/** No task for the worker now, and why. */
export function noTask(kind: 'error' | 'info', text: string): string {
  return JSON.stringify({ task_waiting: false, [kind]: text });
}

const ZERO_STATS: Required<Results> = {
  wins: 0,
  losses: 0,
  draws: 0,
  crashes: 0,
  time_losses: 0,
  pentanomial: [0, 0, 0, 0, 0],
};
const ZERO_STATS_TEXT = JSON.stringify(ZERO_STATS);

/** What stands before the run's args in a reply that assigns a task. */
function assignmentHead(runId: string): string {
  return `{"run":{"_id":"${runId}","args":`;
}

/** What follows the run's args: counts and the opening offset are in games. */
function assignmentTail(taskId: number, numGames: number, start: number): string {
  return `,"my_task":{"num_games":${numGames},"start":${start},"stats":${ZERO_STATS_TEXT}}},"task_id":${taskId}}`;
}

/** A reply that assigns a task. `argsText` is the JSON text of the run's args. */
export function assignment(
  runId: string,
  argsText: string,
  taskId: number,
  numGames: number,
  start: number,
): string {
  return assignmentHead(runId) + argsText + assignmentTail(taskId, numGames, start);
}

/** A parameter's value for one side of an SPSA batch. */
export interface SpsaValue {
  name: string;
  value: number;
}

/** The white side's values carry the step sizes and the flip (+1 or −1) that made them. */
export interface SpsaStep extends SpsaValue {
  c: number;
  R: number;
  flip: number;
}

/** Values for one SPSA batch; `signature` is what the worker returns as `spsa.sig` with the results. */
export function spsaValues(
  signature: number,
  white: readonly SpsaStep[],
  black: readonly SpsaValue[],
): string {
  return JSON.stringify({ task_alive: true, sig: signature, w_params: white, b_params: black });
}
