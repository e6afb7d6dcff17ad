/**
 * Checks documents before they are written, or when they are audited. Every check answers undefined for a document
 * that obeys its schema, else the text of the first violation. Validators are compiled at first use.
 */

import { actionSchemas, anyActionSchema } from './action-schema.js';
import { countBooleans, type NumericShape } from './count-booleans.js';
import { explain } from './explain.js';
import { booksSchema, netSchema, pgnSchema, userSchema, workerSchema } from './record-schemas.js';
import { runHeadSchema, runSchema } from './run-schema.js';
import { taskSchema } from './task-schema.js';
import { Compile, type TSchema } from './typebox.js';

type DocumentCheck = (document: unknown) => string | undefined;

export const checkRun = checkOf(runSchema, 'run');
export const checkTask = checkOf(taskSchema, 'task');
export const checkUser = checkOf(userSchema, 'user');
export const checkWorker = checkOf(workerSchema, 'worker');
export const checkPgn = checkOf(pgnSchema, 'pgn');
export const checkNet = checkOf(netSchema, 'nn');
export const checkBooks = checkOf(booksSchema, 'books');

const checkWithoutTasks = checkOf(runHeadSchema, 'run');

/** Measures a run without its tasks and what they decide. */
export function checkRunHead(head: object): string | undefined {
  return checkWithoutTasks({ ...head, tasks: [], bad_tasks: [] });
}

const checkActionKind = checkOf(anyActionSchema, 'action');
const actionChecks = new Map<unknown, DocumentCheck>(
  Object.entries(actionSchemas).map(([kind, schema]) => [kind, checkOf(schema, 'action')]),
);

/** Measures an action by the schema of its kind. */
export function checkAction(document: unknown): string | undefined {
  const problem = checkActionKind(document);
  if (problem !== undefined) return problem;
  return actionChecks.get((document as { action: unknown }).action)?.(document);
}

function checkOf(schema: TSchema, name: string): DocumentCheck {
  let compiled: { Check(value: unknown): boolean } | undefined;
  return (document) => {
    compiled ??= Compile(schema);
    if (compiled.Check(document)) return undefined;
    const counted: unknown = structuredClone(document);
    if (countBooleans(schema as NumericShape, counted) && compiled.Check(counted)) return undefined;
    return explain(schema, document, name) ?? `${name} does not obey its schema`;
  };
}
