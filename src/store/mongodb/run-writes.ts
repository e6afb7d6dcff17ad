/** Turns a run's changes into writes: the whole document once, then only the members that changed. */
import { BSON, type Db, type Document, ObjectId } from 'mongodb';
import type { RunDocument, SpsaHistoryPoint } from '../../model/documents.js';
import type { RunHead, RunWrite } from '../port.js';
import { StoreError } from '../store-error.js';
import type { BatchOperation } from './batch-operations.js';
import { encodeDocument, encodeMember } from './bson-values.js';
import { LiveWrites } from './live-writes.js';
import { findShape, type RunShape } from './run-shape.js';
import { overflowKey } from './task-overflow.js';
import {
  appendBadTasks,
  newMore,
  noteActive,
  type TaskPlace,
  takesTask,
  taskDocument,
  writeTask,
} from './task-writes.js';
import { Update } from './update.js';

/** Runs whose shape and latest live members the writer remembers. */
const MOST_KNOWN = 5_000;

export interface Writes {
  /** The new run's document. */
  insert?: BatchOperation;
  updates: Update[];
  /** Documents are to have the updates before the batch counts as committed. */
  isUrgent: boolean;
}

export class RunWrites {
  readonly #db: Db;
  readonly #mostEmbedded: number;
  readonly #catchUp: () => Promise<void>;
  readonly #shapes = new Map<string, RunShape>();
  readonly #live = new LiveWrites();

  /** @param catchUp brings documents up to what is logged */
  constructor(db: Db, mostEmbeddedTasks: number, catchUp: () => Promise<void>) {
    this.#db = db;
    this.#mostEmbedded = mostEmbeddedTasks;
    this.#catchUp = catchUp;
  }

  /** @throws StoreError `batch` that names the run when a part of it cannot be stored; the caller forgets */
  async of(change: RunWrite): Promise<Writes> {
    const { runId } = change;
    try {
      if (this.#shapes.size > MOST_KNOWN) this.forget();
      if (change.insert === undefined) return await this.#change(change);
      if (change.insert._id !== runId)
        throw new StoreError('batch', `its head carries the id ${change.insert._id}`);
      const { insert, updates } = await this.#insert(change, change.insert);
      const rest = { runId, tasks: [], badTasks: [], spsaHistory: [], ...pick(change) };
      const changed = await this.#change(rest);
      return { insert, updates: [...updates, ...changed.updates], isUrgent: true };
    } catch (error) {
      if (error instanceof TypeError)
        throw new StoreError('batch', `run ${runId}: ${error.message}`, { cause: error });
      if (!(error instanceof StoreError)) throw error;
      throw new StoreError(error.code, `run ${runId}: ${error.message}`, { cause: error });
    }
  }

  /** After a batch that failed: what was counted may not be there. */
  forget(): void {
    this.#shapes.clear();
    this.#live.forget();
  }

  async #shapeOf(runId: string): Promise<RunShape | undefined> {
    const known = this.#shapes.get(runId);
    if (known !== undefined) return known;
    await this.#catchUp();
    const shape = await findShape(this.#db, runId);
    if (shape !== undefined) this.#shapes.set(runId, shape);
    return shape;
  }

  async #insert(change: RunWrite, head: RunHead): Promise<{ insert: BatchOperation; updates: Update[] }> {
    const { runId } = change;
    if ((await this.#shapeOf(runId)) !== undefined) throw new StoreError('batch', 'the store has it already');
    const document = insertedDocument(head, change.spsaHistory);
    const shape: RunShape = {
      tasks: 0,
      hasTaskList: true,
      moreTasks: 0,
      badTasks: 0,
      moreBadTasks: 0,
      history: head.args.spsa && (document['args'] as Document)['spsa'].param_history?.length,
      bytes: BSON.calculateObjectSize(document),
      active: new Set(),
    };
    const more: Update[] = [];
    const tasks: Document[] = [];
    for (const task of [...change.tasks].sort((a, b) => a.taskId - b.taskId)) {
      const { taskId } = task;
      if (task.worker_info === undefined)
        throw new StoreError('batch', `new task ${taskId} has no worker_info`);
      const next = shape.tasks + shape.moreTasks;
      if (taskId !== next)
        throw new StoreError('batch', `new task ${taskId} stands where task ${next} is expected`);
      const stored = taskDocument(task);
      noteActive(shape, task);
      if (takesTask({ shape, mostEmbedded: this.#mostEmbedded }, stored)) tasks.push(stored);
      else more.push(newMore(overflowKey(runId, 'task', taskId), stored));
    }
    this.#shapes.set(runId, shape);
    // Not a replacement: one that arrives late must not set back what another writer has made of the run.
    const insertOne = { document: { ...document, tasks, bad_tasks: [] } };
    const place = this.#place(runId, shape);
    appendBadTasks(place, change.badTasks);
    return {
      insert: { collection: 'runs', operation: { insertOne } },
      updates: [...updatesOf(place), ...more],
    };
  }

  async #change(change: RunWrite): Promise<Writes> {
    const { runId, live, spsa } = change;
    const shape = await this.#shapeOf(runId);
    if (shape === undefined) throw new StoreError('batch', 'it changed, but the store does not have it');
    const place = this.#place(runId, shape);
    const { update } = place;
    if (live !== undefined) this.#live.put(runId, live, update);
    if (spsa !== undefined) {
      update.put('args.spsa.iter', encodeMember('iter', spsa.iter));
      spsa.theta.forEach((theta, i) => {
        update.put(`args.spsa.params.${i}.theta`, encodeMember('theta', theta));
      });
    }
    for (const task of [...change.tasks].sort((a, b) => a.taskId - b.taskId)) writeTask(place, task);
    appendBadTasks(place, change.badTasks);
    appendHistory(place, change.spsaHistory);
    return { updates: updatesOf(place), isUrgent: this.#isUrgent(change) };
  }

  #place(runId: string, shape: RunShape): TaskPlace {
    return {
      runId,
      shape,
      update: new Update('runs', new ObjectId(runId)),
      more: [],
      mostEmbedded: this.#mostEmbedded,
    };
  }

  /** What this server itself reads back: runs that memory lets go, and what it never holds. */
  #isUrgent({ runId, badTasks, spsaHistory }: RunWrite): boolean {
    return !this.#live.isUnfinished(runId) || badTasks.length > 0 || spsaHistory.length > 0;
  }
}

function pick({ live, spsa }: RunWrite): Pick<RunWrite, 'live' | 'spsa'> {
  return { ...(live && { live }), ...(spsa && { spsa }) };
}

function updatesOf({ update, more }: TaskPlace): Update[] {
  return update.isEmpty ? more : [update, ...more];
}

function appendHistory({ shape, update }: TaskPlace, entries: readonly SpsaHistoryPoint[][]): void {
  if (entries.length === 0) return;
  if (shape.history === undefined) {
    update.put('args.spsa.param_history', encodeMember('', entries));
  } else {
    entries.forEach((entry, i) => {
      update.put(`args.spsa.param_history.${shape.history! + i}`, encodeMember('', entry));
    });
  }
  shape.history = (shape.history ?? 0) + entries.length;
}

/** The whole document, but for its tasks and purged tasks. */
function insertedDocument(head: RunHead, history: readonly SpsaHistoryPoint[][]): Document {
  const { tasks: _, bad_tasks: __, _id, ...members } = head as Partial<RunDocument> & RunHead;
  const document = encodeDocument(members) as Document;
  const { spsa } = head.args;
  if (spsa !== undefined && (spsa.param_history !== undefined || history.length > 0)) {
    const whole = [...(spsa.param_history ?? []), ...history];
    (document['args'] as Document)['spsa'].param_history = encodeMember('', whole);
  }
  return { _id: new ObjectId(_id), ...document };
}
