/** Writes tasks and bad tasks: an update names `last_updated` and `stats` of the one task, of its other members those that changed. */
import { BSON, type Document } from 'mongodb';
import type { BadTaskDocument } from '../../model/documents.js';
import type { TaskWrite } from '../port.js';
import { StoreError } from '../store-error.js';
import { encodeDocument, encodeMember } from './bson-values.js';
import type { RunShape } from './run-shape.js';
import { BAD_TASKS_END_AT, overflowKey, TASKS_END_AT } from './task-overflow.js';
import { Update } from './update.js';

const MORE = 'shoal_tasks';
/** Bytes of an element of an array beside its value: type and index. */
const ELEMENT_BYTES = 9;

export interface TaskPlace {
  runId: string;
  shape: RunShape;
  /** The update of the run's document. */
  update: Update;
  /** Updates of tasks in documents of their own. */
  more: Update[];
  mostEmbedded: number;
}

/** @throws StoreError `batch` when a new task has no worker_info or leaves a gap, or a changed one is not in the store */
export function writeTask(place: TaskPlace, task: TaskWrite): void {
  const { shape, update, more, runId } = place;
  const { taskId } = task;
  const stored = shape.tasks + shape.moreTasks;
  const wasActive = shape.active.has(taskId);
  noteActive(shape, task);
  if (task.isNew) {
    if (task.worker_info === undefined)
      throw new StoreError('batch', `new task ${taskId} has no worker_info`);
    if (taskId > stored) {
      throw new StoreError('batch', `new task ${taskId} leaves a gap after the ${stored} tasks of the store`);
    }
    const document = taskDocument(task);
    const embedded = taskId < shape.tasks || (taskId === stored && takesTask(place, document));
    if (embedded) putEmbedded(place, taskId, document);
    else more.push(newMore(overflowKey(runId, 'task', taskId), document));
    return;
  }
  if (taskId >= stored)
    throw new StoreError('batch', `task ${taskId} changed, but the store does not have it`);
  if (taskId < shape.tasks) {
    changeTask(task, wasActive, (name, value) => update.put(`tasks.${taskId}.${name}`, value));
  } else {
    const own = new Update(MORE, overflowKey(runId, 'task', taskId));
    changeTask(task, wasActive, (name, value) => own.put(name, value));
    more.push(own);
  }
}

function putEmbedded({ shape, update }: TaskPlace, taskId: number, document: Document): void {
  if (shape.hasTaskList) {
    update.put(`tasks.${taskId}`, document);
    return;
  }
  shape.hasTaskList = true;
  update.put('tasks', [document]);
}

export function noteActive(shape: RunShape, { taskId, active }: TaskWrite): void {
  if (active) shape.active.add(taskId);
  else shape.active.delete(taskId);
}

/** Whether the next task goes into the run's document; the shape is as after that. */
export function takesTask(
  { shape, mostEmbedded }: Pick<TaskPlace, 'shape' | 'mostEmbedded'>,
  task: Document,
): boolean {
  const bytes = BSON.calculateObjectSize(task) + ELEMENT_BYTES;
  const fits = shape.moreTasks === 0 && shape.tasks < mostEmbedded && shape.bytes + bytes <= TASKS_END_AT;
  if (fits) {
    shape.tasks++;
    shape.bytes += bytes;
  } else {
    shape.moreTasks++;
  }
  return fits;
}

export function taskDocument(task: TaskWrite): Document {
  const { taskId: _, isNew: __, bad, extra, spsa_params, ...members } = task;
  return encodeDocument({
    ...extra,
    ...members,
    ...(bad ? { bad: true } : {}),
    ...(spsa_params ? { spsa_params } : {}),
  });
}

/** A document of its own for a task, or a purged one. */
export function newMore(key: string, document: Document): Update {
  const update = new Update(MORE, key, true);
  for (const [name, value] of Object.entries(document)) update.put(name, value);
  return update;
}

/**
 * A path repeats the task's number: the longer the run, the longer each. So those that nothing changes are left out.
 * @param put takes undefined for a member that goes
 */
function changeTask(task: TaskWrite, wasActive: boolean, put: (name: string, value: unknown) => void): void {
  const { active, last_updated, stats, worker_info, spsa_params, extra } = task;
  for (const [name, value] of Object.entries({ last_updated, stats })) put(name, encodeMember(name, value));
  if (!active || !wasActive) put('active', active);
  if (task.bad) put('bad', true);
  if (worker_info !== undefined) put('worker_info', encodeMember('worker_info', worker_info));
  if (spsa_params !== undefined) {
    put('spsa_params', spsa_params === null ? undefined : encodeMember('spsa_params', spsa_params));
  }
  for (const [name, value] of Object.entries(extra ?? {})) put(name, encodeMember(name, value));
}

export function appendBadTasks(place: TaskPlace, badTasks: readonly BadTaskDocument[]): void {
  const { shape, update, more, runId } = place;
  const created: Document[] = [];
  const hasList = shape.badTasks !== undefined;
  for (const badTask of badTasks) {
    const document = encodeDocument(badTask);
    const bytes = BSON.calculateObjectSize(document) + ELEMENT_BYTES;
    if (shape.moreBadTasks > 0 || shape.bytes + bytes > BAD_TASKS_END_AT) {
      more.push(newMore(overflowKey(runId, 'badTask', shape.moreBadTasks++), document));
      continue;
    }
    const index = shape.badTasks ?? 0;
    if (hasList) update.put(`bad_tasks.${index}`, document);
    else created.push(document);
    shape.badTasks = index + 1;
    shape.bytes += bytes;
  }
  // An index under a missing member would make an object of it.
  if (created.length > 0) update.put('bad_tasks', created);
}
