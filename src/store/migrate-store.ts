/**
 * Copies everything from one store into another, either way. It may be interrupted and started again: a run is copied in one
 * batch, so that a run which is there is whole, and everything else may be written twice.
 */
import type { Keyed, PgnDocument, Results, TaskDocument, TaskWorkerInfo } from '../model/documents.js';
import type { SiteRecordKind } from '../model/site-record.js';
import type { TaskWrite, WriteBatch } from '../state/write-batch.js';
import type { ExportReader, Reader, Store, StoreCounts, Writer } from './port.js';
import { StoreError } from './store-error.js';

const MIGRATION_PARTS = ['users', 'settings', 'runs', 'actions', 'pgns'] as const;
export type MigrationPart = (typeof MIGRATION_PARTS)[number];

/** Under this key the target knows where a migration comes from, so that it may go on. */
const MARK = 'shoal_migration';
/**
 * Of the web application, what people would miss. Sessions begin anew, and a link for a new password, or what was used once,
 * counts on the server that made it.
 */
const SITE_RECORDS: ReadonlySet<SiteRecordKind> = new Set([
  'workerKey',
  'workerKeyUse',
  'signupNote',
  'follow',
  'savedSearch',
  'preferences',
  'workerBlock',
]);
const RECORDS_A_GROUP = 500;
const PGN_BYTES_A_GROUP = 8 * 1024 * 1024;

export interface MigrationOptions {
  /** How the source is named in the target: the same when a migration goes on. */
  name: string;
  onProgress?: (part: MigrationPart, done: number, total: number) => void;
}

interface Ends {
  source: Reader;
  exportReader: ExportReader;
  target: Reader;
  writer: Writer;
  progress: (part: MigrationPart, done: number, total: number) => void;
}

/**
 * Both stores must have no other writer; the source is not written at all. Returns what was counted in both at the end.
 * @throws StoreError `exists` when the target holds something else; `unclean` when the source has changes in its log alone;
 *   `batch` when the counts differ at the end
 */
export async function migrateStore(from: Store, to: Store, options: MigrationOptions): Promise<StoreCounts> {
  const opened: { close(): Promise<void> }[] = [];
  const open = async <T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> => {
    opened.unshift(await opening);
    return opened[0] as T;
  };
  try {
    const sourceStore = await open(from.openSource());
    const { reader: source, exportReader } = sourceStore;
    const writer = await open(to.openWriter());
    const target = await open(to.openReader());
    const found = await open(to.openExportReader());
    await markTarget(target, found, writer, options.name);
    const ends: Ends = { source, exportReader, target, writer, progress: options.onProgress ?? (() => {}) };
    const counts = withoutMark(await exportReader.counts(), await source.keyValue(MARK));
    await copyRecords(ends, counts);
    await copyRuns(ends, counts.runs);
    await copyActions(ends, counts.actions);
    await copyPgns(ends, counts.pgns);
    await sourceStore.assertUnchanged();
    return compare(counts, withoutMark(await found.counts(), true));
  } finally {
    for (const each of opened) await each.close();
  }
}

async function markTarget(target: Reader, found: ExportReader, writer: Writer, name: string): Promise<void> {
  const mark = await target.keyValue(MARK);
  if (mark !== undefined && (mark as { from?: unknown }).from === name) return;
  const counts = await found.counts();
  const isEmpty = Object.values(counts).every((count) => count === 0);
  if (!isEmpty) {
    throw new StoreError(
      'exists',
      'The target holds other data already: name an empty directory or database.',
    );
  }
  await writer.commit(batch({ keyValues: [{ key: MARK, value: { from: name } }] }));
}

async function copyRecords(ends: Ends, counts: StoreCounts): Promise<void> {
  const { exportReader, writer } = ends;
  await inBatches(exportReader.users(), ends, 'users', counts.users, (users) =>
    writer.commit(batch({ users })),
  );
  const { workers, nets, keyValues, contributors, workerKeys } = counts;
  const total = workers + nets + keyValues + contributors + workerKeys;
  let done = 0;
  const count = (many: number) => {
    done += many;
    ends.progress('settings', done, total);
  };
  for await (const part of batches(exportReader.workers())) {
    await writer.commit(batch({ workers: part }));
    count(part.length);
  }
  for await (const part of batches(exportReader.nets())) {
    await writer.commit(batch({ nets: part }));
    count(part.length);
  }
  for await (const pair of exportReader.keyValues()) {
    if (pair.key === MARK) continue;
    await writer.commit(batch({ keyValues: [pair] }));
    count(1);
  }
  for await (const part of batches(exportReader.contributors())) {
    await writer.commit(batch({ contributors: part }));
    count(part.length);
  }
  for await (const part of batches(exportReader.siteRecords())) {
    const records = part.filter(({ kind }) => SITE_RECORDS.has(kind));
    await writer.commit(batch({ siteRecords: records.map((record) => ({ write: 'put', record })) }));
    count(records.filter(({ kind }) => kind === 'workerKey').length);
  }
}

async function copyRuns(ends: Ends, total: number): Promise<void> {
  const { source, exportReader, target, writer } = ends;
  let done = 0;
  for await (const runId of exportReader.runIds()) {
    const tasks: TaskDocument[] = [];
    for await (const task of source.tasks(runId)) tasks.push(task);
    const badTasks = await source.badTasks(runId);
    if ((await target.run(runId)) === undefined) {
      const insert = (await source.run(runId))!;
      const spsaHistory = await source.spsaHistory(runId);
      const run = { runId, insert, tasks: tasks.map(taskWrite), badTasks, spsaHistory };
      await writer.commit(batch({ runs: [run] }));
    }
    let stored = 0;
    for await (const _ of target.tasks(runId)) stored++;
    const storedBad = (await target.badTasks(runId)).length;
    if (stored !== tasks.length || storedBad !== badTasks.length) {
      const text = `run ${runId} has ${tasks.length} tasks and ${badTasks.length} purged ones, the copy ${stored} and ${storedBad}`;
      throw new StoreError('batch', `${text}: remove the target and start again.`);
    }
    ends.progress('runs', ++done, total);
  }
}

async function copyActions(ends: Ends, total: number): Promise<void> {
  const { exportReader, target, writer } = ends;
  // In order of time, so the newest one tells how far the copy is.
  const newest = (await target.actions({ limit: 1 }))[0]?.time ?? Number.NEGATIVE_INFINITY;
  await inBatches(exportReader.actionsSince(newest), ends, 'actions', total, (actions) =>
    writer.commit(batch({ actions })),
  );
}

async function copyPgns(ends: Ends, total: number): Promise<void> {
  const { source, exportReader, target, writer } = ends;
  let done = 0;
  for await (const runId of exportReader.pgnRunIds()) {
    const isThere = (await target.pgnBytes(runId)) === (await source.pgnBytes(runId));
    let pgns: Keyed<PgnDocument>[] = [];
    let bytes = 0;
    const write = async () => {
      if (!isThere && pgns.length > 0) await writer.commit(batch({ pgns }));
      pgns = [];
      bytes = 0;
    };
    const names = new Set<string>();
    for await (const pgn of exportReader.pgns(runId)) {
      // Of several of one task, readers find the first.
      if (names.has(pgn.run_id)) continue;
      names.add(pgn.run_id);
      pgns.push(pgn);
      bytes += pgn.pgn_zip.length;
      ends.progress('pgns', ++done, total);
      if (bytes >= PGN_BYTES_A_GROUP) await write();
    }
    await write();
  }
}

async function inBatches<T>(
  items: AsyncIterable<T>,
  { progress }: Ends,
  part: MigrationPart,
  total: number,
  write: (items: T[]) => Promise<void>,
): Promise<void> {
  let done = 0;
  for await (const batch of batches(items)) {
    await write(batch);
    done += batch.length;
    progress(part, done, total);
  }
}

async function* batches<T>(items: AsyncIterable<T>): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < RECORDS_A_GROUP) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

const TASK_MEMBERS = new Set([
  'num_games',
  'start',
  'active',
  'last_updated',
  'stats',
  'worker_info',
  'spsa_params',
  'bad',
]);

/** Tasks of old times may lack members that a store needs: then they have played nothing, for nobody. */
function taskWrite(task: TaskDocument, taskId: number): TaskWrite {
  const old: Partial<TaskDocument> = task;
  const extra = Object.fromEntries(Object.entries(task).filter(([name]) => !TASK_MEMBERS.has(name)));
  return {
    taskId,
    isNew: true,
    num_games: task.num_games,
    start: old.start ?? 0,
    active: task.active,
    bad: task.bad === true,
    last_updated: task.last_updated,
    stats: old.stats ?? ({ wins: 0, losses: 0, draws: 0 } as Results),
    worker_info: old.worker_info ?? ({} as TaskWorkerInfo),
    ...(task.spsa_params && { spsa_params: task.spsa_params }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

function batch(parts: Partial<WriteBatch>): WriteBatch {
  return { runs: [], actions: [], pgns: [], users: [], workers: [], nets: [], keyValues: [], ...parts };
}

function withoutMark(counts: StoreCounts, mark: unknown): StoreCounts {
  return { ...counts, keyValues: counts.keyValues - (mark === undefined ? 0 : 1) };
}

function compare(source: StoreCounts, target: StoreCounts): StoreCounts {
  const names = Object.keys(source) as (keyof StoreCounts)[];
  const differences = names.filter((name) => source[name] !== target[name]);
  if (differences.length === 0) return source;
  const text = differences.map(
    (name) => `${name}: ${source[name]} in the source, ${target[name]} in the target`,
  );
  throw new StoreError('batch', `The copy is not complete: ${text.join('; ')}.`);
}
