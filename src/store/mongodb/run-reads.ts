/** Reads runs without what grows: tasks, purged tasks and the SPSA history. */
import { type Collection, type Db, type Document, ObjectId } from 'mongodb';
import type { RunArgs, Spsa, SpsaHistoryPoint } from '../../model/documents.js';
import type { RunHead } from '../port.js';
import type { FinishedRunsFilter, FinishedRunsQuery } from '../queries.js';
import { decodeDocument } from './bson-values.js';
import { WITHOUT_STAMP } from './document-stamp.js';
import { IndexNames } from './indexes.js';

const HEAD = { tasks: 0, bad_tasks: 0, ...WITHOUT_STAMP } as const;

export class RunReads {
  readonly #runs: Collection;
  readonly #indexes: IndexNames;

  constructor(db: Db) {
    this.#runs = db.collection('runs');
    this.#indexes = new IndexNames(this.#runs);
  }

  async one(runId: string): Promise<RunHead | undefined> {
    const _id = objectId(runId);
    const run = _id && (await this.#runs.findOne({ _id }, { projection: HEAD }));
    return run ? headOf(run) : undefined;
  }

  /** The list is settled at the start, for the server must not sort long documents; a run that finishes meanwhile is left out. */
  async *unfinished(): AsyncGenerator<RunHead> {
    const list = await this.#runs.find({ finished: false }, { projection: { last_updated: 1 } }).toArray();
    const time = ({ last_updated }: Document) => (last_updated instanceof Date ? last_updated.getTime() : 0);
    list.sort((a, b) => time(b) - time(a) || (a._id.toHexString() < b._id.toHexString() ? 1 : -1));
    for (const { _id } of list) {
      const run = await this.#runs.findOne({ _id }, { projection: HEAD });
      if (run?.['finished'] === false) yield headOf(run);
    }
  }

  async finished(query: FinishedRunsQuery): Promise<RunHead[]> {
    const filter = finishedFilter(query);
    if (query.since !== undefined) filter['last_updated'] = { $gte: new Date(query.since) };
    const cursor = this.#runs
      .find(filter, { projection: HEAD })
      .sort({ last_updated: -1 })
      .skip(query.skip)
      .limit(query.limit);
    const hint = hintOf(query);
    if (await this.#indexes.has(hint)) cursor.hint(hint);
    return (await cursor.toArray()).map(headOf);
  }

  /** In any order. */
  async some(ids: ObjectId[]): Promise<RunHead[]> {
    const runs = await this.#runs.find({ _id: { $in: ids } }, { projection: HEAD }).toArray();
    return runs.map(headOf);
  }

  async after(runId: string, limit: number): Promise<RunHead[]> {
    const filter = runId === '' ? {} : { _id: { $gt: new ObjectId(runId) } };
    const runs = await this.#runs.find(filter, { projection: HEAD }).sort({ _id: 1 }).limit(limit).toArray();
    return runs.map(headOf);
  }

  async spsaHistory(runId: string): Promise<SpsaHistoryPoint[][]> {
    const _id = objectId(runId);
    const run = _id && (await this.#runs.findOne({ _id }, { projection: { 'args.spsa.param_history': 1 } }));
    const history: unknown = run?.['args']?.spsa?.param_history;
    return Array.isArray(history) ? decodeDocument<SpsaHistoryPoint[][]>(history) : [];
  }
}

/** Undefined for a text that no run can have as its id. */
export function objectId(runId: string): ObjectId | undefined {
  return /^[0-9a-f]{24}$/i.test(runId) ? new ObjectId(runId) : undefined;
}

export function finishedFilter(query: FinishedRunsFilter): Record<string, unknown> {
  const filter: Record<string, unknown> = { finished: true, deleted: false };
  if (query.successOnly) filter['is_green'] = true;
  if (query.yellowOnly) filter['is_yellow'] = true;
  if (query.ltcOnly) filter['tc_base'] = { $gte: 40 };
  if (query.username !== undefined) filter['args.username'] = query.username;
  return filter;
}

/** As the reference chooses (docs/spec/data-model.md §10). */
export function hintOf({ username, successOnly, yellowOnly, ltcOnly }: FinishedRunsFilter): string {
  if (username !== undefined) return 'finished_user_runs';
  if (successOnly) return 'finished_green_runs';
  if (yellowOnly) return 'finished_yellow_runs';
  return ltcOnly ? 'finished_ltc_runs' : 'finished_runs';
}

function headOf(run: object): RunHead {
  const head = decodeDocument<RunHead>(run);
  // Whether a tune has a history at all is part of its document; the entries are not.
  const spsa: Spsa | undefined | null = (head.args as RunArgs | undefined | null)?.spsa;
  if (spsa?.param_history) spsa.param_history = [];
  return head;
}
