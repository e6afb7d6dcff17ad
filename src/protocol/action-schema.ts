/** The kinds of entries in the action log (docs/spec/data-model.md §5), one strict schema each. */

import { isUsername } from './configured-names.js';
import {
  ANY_CHARACTER,
  documentId,
  hexId,
  longWorkerName,
  netName,
  nonNegativeInt,
  nonNegativeNumber,
  refined,
  shortWorkerName,
  strict,
  username,
} from './schema-parts.js';
import { type TProperties, Type } from './typebox.js';

/** Who acts when no person does. */
export const SYSTEM_USERNAME = 'fishtest.system';

/** Longest message of an action, in code points. */
export const LONGEST_MESSAGE = 5120;

const author = refined(
  Type.String(),
  'action_username',
  (name) => isUsername(name) || name === SYSTEM_USERNAME,
);
const message = Type.String({ maxLength: LONGEST_MESSAGE });

/** The first 23 characters of new_tag, a dash, 7 hex digits. */
const runName = Type.String({ pattern: `^${ANY_CHARACTER}*-[a-f0-9]{7}$`, maxLength: 31, title: 'run_name' });

const run = { run_id: hexId, run: runName };
const maybeRun = { run_id: Type.Optional(hexId), run: Type.Optional(runName) };
const task = { ...run, task_id: nonNegativeInt };

const entry = <const K extends string, P extends TProperties>(kind: K, members: P) =>
  strict({
    _id: documentId,
    time: nonNegativeNumber,
    action: Type.Literal(kind),
    username: author,
    ...members,
  });

const together = (...members: readonly unknown[]) =>
  members.every((member) => member !== undefined) || members.every((member) => member === undefined);

/** The schema of every kind of action, by its kind. */
export const actionSchemas = {
  failed_task: entry('failed_task', { worker: longWorkerName, ...task, message }),
  crash_or_time: entry('crash_or_time', { worker: longWorkerName, ...task, message }),
  dead_task: entry('dead_task', { worker: longWorkerName, ...task }),
  stop_run: refined(
    entry('stop_run', {
      ...run,
      message,
      worker: Type.Optional(longWorkerName),
      task_id: Type.Optional(nonNegativeInt),
    }),
    'stop_run with both or neither of worker and task_id',
    ({ worker, task_id }) => together(worker, task_id),
  ),
  new_run: entry('new_run', { ...run, message }),
  modify_run: entry('modify_run', { ...run, message }),
  finished_run: entry('finished_run', { ...run, message }),
  purge_run: entry('purge_run', { ...run, message }),
  delete_run: entry('delete_run', run),
  approve_run: entry('approve_run', { ...run, message: Type.Enum(['approved', 'unapproved']) }),
  system_event: strict({
    _id: documentId,
    time: nonNegativeNumber,
    action: Type.Literal('system_event'),
    username: Type.Literal(SYSTEM_USERNAME),
    message,
  }),
  log_message: entry('log_message', { message, worker: Type.Optional(longWorkerName) }),
  worker_log: refined(
    entry('worker_log', {
      worker: longWorkerName,
      message,
      ...maybeRun,
      task_id: Type.Optional(nonNegativeInt),
    }),
    'worker_log with both or neither of run_id and run, and task_id only with them',
    ({ run_id, run: name, task_id }) =>
      together(run_id, name) && (task_id === undefined || run_id !== undefined),
  ),
  upload_nn: entry('upload_nn', { nn: netName }),
  block_user: entry('block_user', { user: username, message: Type.Enum(['blocked', 'unblocked']) }),
  accept_user: entry('accept_user', { user: username, message: Type.Literal('accepted') }),
  block_worker: entry('block_worker', {
    worker: shortWorkerName,
    message: Type.Enum(['blocked', 'unblocked']),
  }),
};

/** What an entry of an unknown kind is measured by. */
export const anyActionSchema = Type.Object({
  action: Type.Enum(Object.keys(actionSchemas), { title: 'action' }),
});
