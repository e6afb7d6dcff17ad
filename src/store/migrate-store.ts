/**
 * Copies everything from one store into another, either way. It may be interrupted and started again: a run is copied in one
 * group, so that a run which is there is whole, and everything else may be written twice.
 */
import type { Keyed, PgnDocument, Results, TaskDocument, TaskWorkerInfo } from '../model/documents.js';
import type { TaskWrite, WriteGroup } from '../state/write-batch.js';
import type { Census, Inventory, Reader, Store, Writer } from './port.js';
import { StoreError } from './store-error.js';

export const MIGRATION_PARTS = ['users', 'settings', 'runs', 'actions', 'pgns'] as const;
export type MigrationPart = (typeof MIGRATION_PARTS)[number];

/** Under this key the target knows where a migration comes from, so that it may go on. */
const MARK = 'shoal_migration';
const RECORDS_A_GROUP = 500;
const PGN_BYTES_A_GROUP = 8 * 1024 * 1024;

export interface MigrationOptions {
  /** How the source is named in the target: the same when a migration goes on. */
  name: string;
  onProgress?: (part: MigrationPart, done: number, total: number) => void;
}

interface Ends {
  source: Reader;
  inventory: Inventory;
  target: Reader;
  writer: Writer;
  progress: (part: MigrationPart, done: number, total: number) => void;
}

/**
 * Both stores must have no other writer. Returns what was counted in both at the end.
 * @throws StoreError `exists` when the target holds something else; `group` when the counts differ at the end
 */
export async function migrateStore(from: Store, to: Store, options: MigrationOptions): Promise<Census> {
  const opened: { close(): Promise<void> }[] = [];
  const open = async <T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> => {
    opened.unshift(await opening);
    return opened[0] as T;
  };
  try {
    // The readers first: a writer would make a store where there is none.
    const source = await open(from.openReader());
    const inventory = await open(from.openInventory());
    await open(from.openWriter());
    const writer = await open(to.openWriter());
    const target = await open(to.openReader());
    const found = await open(to.openInventory());
    await markTarget(target, found, writer, options.name);
    const ends: Ends = { source, inventory, target, writer, progress: options.onProgress ?? (() => {}) };
    const census = withoutMark(await inventory.census(), await source.keyValue(MARK));
    await copyRecords(ends, census);
    await copyRuns(ends, census.runs);
    await copyActions(ends, census.actions);
    await copyPgns(ends, census.pgns);
    return compare(census, withoutMark(await found.census(), true));
  } finally {
    for (const each of opened) await each.close();
  }
}

async function markTarget(target: Reader, found: Inventory, writer: Writer, name: string): Promise<void> {
  const mark = await target.keyValue(MARK);
  if (mark !== undefined && (mark as { from?: unknown }).from === name) return;
  const census = await found.census();
  const isEmpty = Object.values(census).every((count) => count === 0);
  if (!isEmpty) {
    throw new StoreError(
      'exists',
      'The target holds other data already: name an empty directory or database.',
    );
  }
  await writer.commit(group({ keyValues: [{ key: MARK, value: { from: name } }] }));
}

async function copyRecords(ends: Ends, census: Census): Promise<void> {
  const { inventory, writer } = ends;
  await inGroups(inventory.users(), ends, 'users', census.users, (users) => writer.commit(group({ users })));
  const { workers, nets, keyValues, contributors } = census;
  const total = workers + nets + keyValues + contributors;
  let done = 0;
  const count = (many: number) => {
    done += many;
    ends.progress('settings', done, total);
  };
  for await (const part of batches(inventory.workers())) {
    await writer.commit(group({ workers: part }));
    count(part.length);
  }
  for await (const part of batches(inventory.nets())) {
    await writer.commit(group({ nets: part }));
    count(part.length);
  }
  for await (const pair of inventory.keyValues()) {
    if (pair.key === MARK) continue;
    await writer.commit(group({ keyValues: [pair] }));
    count(1);
  }
  for await (const part of batches(inventory.contributors())) {
    await writer.commit(group({ contributors: part }));
    count(part.length);
  }
}

async function copyRuns(ends: Ends, total: number): Promise<void> {
  const { source, inventory, target, writer } = ends;
  let done = 0;
  for await (const runId of inventory.runIds()) {
    const tasks: TaskDocument[] = [];
    for await (const task of source.tasks(runId)) tasks.push(task);
    const badTasks = await source.badTasks(runId);
    if ((await target.run(runId)) === undefined) {
      const insert = (await source.run(runId))!;
      const spsaHistory = await source.spsaHistory(runId);
      const run = { runId, insert, tasks: tasks.map(taskWrite), badTasks, spsaHistory };
      await writer.commit(group({ runs: [run] }));
    }
    let stored = 0;
    for await (const _ of target.tasks(runId)) stored++;
    const storedBad = (await target.badTasks(runId)).length;
    if (stored !== tasks.length || storedBad !== badTasks.length) {
      const text = `run ${runId} has ${tasks.length} tasks and ${badTasks.length} purged ones, the copy ${stored} and ${storedBad}`;
      throw new StoreError('group', `${text}: remove the target and start again.`);
    }
    ends.progress('runs', ++done, total);
  }
}

async function copyActions(ends: Ends, total: number): Promise<void> {
  const { inventory, target, writer } = ends;
  // In order of time, so the newest one tells how far the copy is.
  const newest = (await target.actions({ limit: 1 }))[0]?.time ?? Number.NEGATIVE_INFINITY;
  await inGroups(inventory.actionsSince(newest), ends, 'actions', total, (actions) =>
    writer.commit(group({ actions })),
  );
}

async function copyPgns(ends: Ends, total: number): Promise<void> {
  const { source, inventory, target, writer } = ends;
  let done = 0;
  for await (const runId of inventory.pgnRunIds()) {
    const isThere = (await target.pgnBytes(runId)) === (await source.pgnBytes(runId));
    let pgns: Keyed<PgnDocument>[] = [];
    let bytes = 0;
    const write = async () => {
      if (!isThere && pgns.length > 0) await writer.commit(group({ pgns }));
      pgns = [];
      bytes = 0;
    };
    const names = new Set<string>();
    for await (const pgn of inventory.pgns(runId)) {
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

async function inGroups<T>(
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

function group(parts: Partial<WriteGroup>): WriteGroup {
  return { runs: [], actions: [], pgns: [], users: [], workers: [], nets: [], keyValues: [], ...parts };
}

function withoutMark(census: Census, mark: unknown): Census {
  return { ...census, keyValues: census.keyValues - (mark === undefined ? 0 : 1) };
}

function compare(source: Census, target: Census): Census {
  const names = Object.keys(source) as (keyof Census)[];
  const differences = names.filter((name) => source[name] !== target[name]);
  if (differences.length === 0) return source;
  const text = differences.map(
    (name) => `${name}: ${source[name]} in the source, ${target[name]} in the target`,
  );
  throw new StoreError('group', `The copy is not complete: ${text.join('; ')}.`);
}
