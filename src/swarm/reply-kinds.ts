/** What a reply of request_task or update_task means to a worker. */
import * as texts from '../protocol/texts.js';

type Body = Readonly<Record<string, unknown>>;

const OVER_MACHINE_LIMIT = texts.machineLimit('');
const DUPLICATE = texts.duplicateWorker('', 0, '', 0, '').slice(0, 40);

/** Names a refusal that belongs to the protocol; undefined for an `error` that no worker in order should get. */
export function taskRefusal(body: Body): string | undefined {
  const { error, info } = body;
  if (typeof error === 'string') {
    if (error.includes(OVER_MACHINE_LIMIT)) return 'machine limit';
    if (error.includes(DUPLICATE)) return 'duplicate name';
    if (error.includes('This worker has been blocked')) return 'blocked worker';
    return undefined;
  }
  if (info === texts.TOO_BUSY) return 'busy';
  return info === undefined ? 'no task' : 'run full or finished';
}

/** The games count for 'alive' and 'over' only; whether they do is unknown for 'unusable'. */
export type UpdateOutcome = 'alive' | 'over' | 'inactive' | 'refused' | 'malformed' | 'unusable';

/** @param body undefined when no usable answer came */
export function updateOutcome(body: Body | undefined): UpdateOutcome {
  if (body === undefined) return 'unusable';
  if (body['error'] !== undefined) return 'refused';
  if (body['task_alive'] === true) return 'alive';
  if (body['task_alive'] !== false) return 'malformed';
  // Games are taken with a plain answer; an inactive task's are not, and the answer says so.
  return body['info'] === undefined ? 'over' : 'inactive';
}

/**
 * Whether the refusal of a tune's update says that the server has all of these games: a report whose reply was lost is
 * counted once, and its repetition brings no game that is new (docs/spec/scheduling.md §3, step 2).
 */
export function saysCounted(body: Body, games: number): boolean {
  return String(body['error']).includes(` Before ${games}. Now ${games}. `);
}
