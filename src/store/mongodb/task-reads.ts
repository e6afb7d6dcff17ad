/** Reads tasks back: those of the run's document, then those in documents of their own. */
import type { Collection, Db, Document } from 'mongodb';
import type { BadTaskDocument, TaskDocument } from '../../model/documents.js';
import { isRecord } from '../../rules/stored-values.js';
import type { LoadedTask } from '../port.js';
import { decodeDocument } from './bson-values.js';
import { WITHOUT_STAMP } from './document-stamp.js';
import { isNotImplemented } from './failure.js';
import { objectId } from './run-reads.js';
import { type OverflowKind, overflowKey, overflowRange } from './task-overflow.js';

/** Tasks of one page of those in documents of their own. */
const PAGE = 1_000;

interface StoredMore {
  _id: string;
}

export class TaskReads {
  readonly #runs: Collection;
  readonly #more: Collection<StoredMore>;
  /** Stand-ins for MongoDB cannot give a part of an array. */
  #slices = true;

  constructor(db: Db) {
    this.#runs = db.collection('runs');
    this.#more = db.collection('shoal_tasks');
  }

  /** The tasks of the run's document are a snapshot: the server reads it whole for any part of it. */
  async *all(runId: string): AsyncGenerator<TaskDocument> {
    for await (const page of this.#pages(runId)) yield* page;
  }

  /** The same, to be loaded. */
  async *pages(runId: string): AsyncGenerator<LoadedTask[]> {
    for await (const page of this.#pages(runId)) {
      // A number would name a description that the store has told of.
      yield page.map((task) => {
        const worker = isRecord(task.worker_info) ? task.worker_info : undefined;
        return { task, worker, nps: worker?.nps ?? 0 };
      });
    }
  }

  async *#pages(runId: string): AsyncGenerator<TaskDocument[]> {
    const tasks = await this.#list(runId, 'tasks');
    if (tasks === undefined) return;
    yield tasks.map(toTask);
    let page: TaskDocument[] = [];
    for await (const task of this.#moreOf(runId, 'task')) {
      page.push(toTask(task));
      if (page.length < PAGE) continue;
      yield page;
      page = [];
    }
    yield page;
  }

  async one(runId: string, taskId: number): Promise<TaskDocument | undefined> {
    // The server takes no other number as a place in an array.
    if (!(taskId >= 0 && taskId <= 0x7fffffff)) return undefined;
    const task = (await this.#embedded(runId, taskId)) ?? (await this.#moreOne(runId, taskId));
    return task && toTask(task);
  }

  /** The run's document is read once, whatever is wanted of it. */
  async some(runId: string, taskIds: readonly number[]): Promise<Map<number, TaskDocument>> {
    const found = new Map<number, TaskDocument>();
    if (taskIds.length === 0) return found;
    const embedded = (await this.#list(runId, 'tasks')) ?? [];
    for (const taskId of taskIds) {
      const task = taskId < embedded.length ? embedded[taskId] : await this.#moreOne(runId, taskId);
      if (task !== undefined) found.set(taskId, toTask(task));
    }
    return found;
  }

  async bad(runId: string): Promise<BadTaskDocument[]> {
    const badTasks = (await this.#list(runId, 'bad_tasks')) ?? [];
    for await (const badTask of this.#moreOf(runId, 'badTask')) badTasks.push(badTask);
    return badTasks.filter(isRecord).map((badTask) => decodeDocument<BadTaskDocument>(badTask));
  }

  async #embedded(runId: string, taskId: number): Promise<Document | undefined> {
    const _id = objectId(runId);
    if (_id === undefined) return undefined;
    if (this.#slices) {
      try {
        const projection = { _id: 1, tasks: { $slice: [taskId, 1] } };
        const part: unknown = (await this.#runs.findOne({ _id }, { projection }))?.['tasks'];
        if (Array.isArray(part)) return part[0];
        return listOf(part)[taskId];
      } catch (error) {
        if (!isNotImplemented(error)) throw error;
        this.#slices = false;
      }
    }
    return (await this.#list(runId, 'tasks'))?.[taskId];
  }

  async #list(runId: string, name: 'tasks' | 'bad_tasks'): Promise<Document[] | undefined> {
    const _id = objectId(runId);
    const run = _id && (await this.#runs.findOne({ _id }, { projection: { [name]: 1 } }));
    return run ? listOf(run[name]) : undefined;
  }

  async #moreOne(runId: string, taskId: number): Promise<Document | undefined> {
    return (await this.#more.findOne({ _id: overflowKey(runId, 'task', taskId) }, WITHOUT_ID)) ?? undefined;
  }

  #moreOf(runId: string, kind: OverflowKind): AsyncIterable<Document> {
    return this.#more.find({ _id: overflowRange(runId, kind) }, WITHOUT_ID).sort({ _id: 1 });
  }
}

const WITHOUT_ID = { projection: { _id: 0, ...WITHOUT_STAMP } } as const;

/** An index that was set under a missing member has made a document of the list: it is read as the list that it should be. */
function listOf(value: unknown): Document[] {
  if (Array.isArray(value)) return value;
  const names = isRecord(value) ? Object.keys(value) : [];
  return names.every((name, i) => name === String(i)) ? names.map((name) => (value as Document)[name]) : [];
}

/** Old arrays may hold null, or what is no task, where one is missing: it keeps its number. */
function toTask(task: unknown): TaskDocument {
  return decodeDocument<TaskDocument>(
    isRecord(task) ? task : { num_games: 0, active: false, last_updated: new Date(0), start: 0 },
  );
}
