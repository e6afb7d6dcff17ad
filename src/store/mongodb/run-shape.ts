/**
 * How many tasks, purged tasks and history entries a stored run has, and how long it is: the writer puts what is new under the
 * next index, so that a write may be done twice, and leaves out what is there. Found out once for each run, by walking the document's raw bytes.
 */
import { type Db, ObjectId } from 'mongodb';
import { overflowRange } from './task-overflow.js';

export interface RunShape {
  /** Tasks in the run's document. */
  tasks: number;
  /** False: the document has no list of tasks, and an index under `tasks` would make an object of it, or be refused. */
  hasTaskList: boolean;
  /** Further tasks, in documents of their own. */
  moreTasks: number;
  /** Undefined: the document has no such list. */
  badTasks: number | undefined;
  moreBadTasks: number;
  history: number | undefined;
  /** Of the run's document. */
  bytes: number;
  /** Tasks that were written as active; others may be active, too. */
  active: Set<number>;
}

/** Undefined when there is no such run. */
export async function findShape(db: Db, runId: string): Promise<RunShape | undefined> {
  const projection = { tasks: 1, bad_tasks: 1, args: 1 };
  const raw = (await db
    .collection('runs')
    .findOne({ _id: new ObjectId(runId) }, { projection, raw: true })) as unknown as Uint8Array | null;
  if (raw === null) return undefined;
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const args = member(bytes, 0, 'args');
  const spsa = args && member(bytes, args.value, 'spsa');
  const tasks = lengthOf(bytes, member(bytes, 0, 'tasks'));
  return {
    tasks: tasks ?? 0,
    hasTaskList: tasks !== undefined,
    moreTasks: await countMore(db, runId, 'task'),
    badTasks: lengthOf(bytes, member(bytes, 0, 'bad_tasks')),
    moreBadTasks: await countMore(db, runId, 'badTask'),
    history: spsa && lengthOf(bytes, member(bytes, spsa.value, 'param_history')),
    bytes: bytes.length,
    active: new Set(),
  };
}

async function countMore(db: Db, runId: string, kind: 'task' | 'badTask'): Promise<number> {
  return await db
    .collection<{ _id: string }>('shoal_tasks')
    .countDocuments({ _id: overflowRange(runId, kind) });
}

const DOCUMENT = 3;
const ARRAY = 4;

/** The document or array that the document at `offset` has under `name`. */
function member(bytes: Buffer, offset: number, name: string): Element | undefined {
  for (const element of elements(bytes, offset)) {
    const isNested = element.type === DOCUMENT || element.type === ARRAY;
    if (isNested && bytes.toString('utf8', element.name, element.nameEnd) === name) return element;
  }
  return undefined;
}

/** Elements of a list, or of a document with the names of a list's (listOf of task-reads.ts); undefined for another. */
function lengthOf(bytes: Buffer, list: Element | undefined): number | undefined {
  if (list === undefined) return undefined;
  let count = 0;
  for (const { name, nameEnd } of elements(bytes, list.value)) {
    if (bytes.toString('latin1', name, nameEnd) !== String(count)) return undefined;
    count++;
  }
  return list.type === ARRAY || count > 0 ? count : undefined;
}

interface Element {
  type: number;
  name: number;
  nameEnd: number;
  value: number;
}

/** https://bsonspec.org/spec.html: after the length of the whole, a type byte, a name that ends in 0, and a value. */
function* elements(bytes: Buffer, offset: number): Generator<Element> {
  for (let at = offset + 4; bytes[at] !== 0; ) {
    const type = bytes[at]!;
    const nameEnd = bytes.indexOf(0, at + 1);
    const value = nameEnd + 1;
    yield { type, name: at + 1, nameEnd, value };
    at = value + valueBytes(bytes, type, value);
  }
}

/** Values of constant length by type: double, ObjectId, boolean, date, null, int32, timestamp, int64, decimal128. */
const CONSTANT = new Map([
  [0x01, 8],
  [0x06, 0],
  [0x07, 12],
  [0x08, 1],
  [0x09, 8],
  [0x0a, 0],
  [0x10, 4],
  [0x11, 8],
  [0x12, 8],
  [0x13, 16],
  [0x7f, 0],
  [0xff, 0],
]);
/** String, JavaScript code, symbol: a length, and so many bytes. */
const STRINGS = new Set([0x02, 0x0d, 0x0e]);
const BINARY = 5;
const REGEX = 0x0b;

function valueBytes(bytes: Buffer, type: number, at: number): number {
  const constant = CONSTANT.get(type);
  if (constant !== undefined) return constant;
  if (type === DOCUMENT || type === ARRAY) return bytes.readInt32LE(at);
  if (STRINGS.has(type)) return 4 + bytes.readInt32LE(at);
  if (type === BINARY) return 5 + bytes.readInt32LE(at);
  // Two texts, each of which ends in 0.
  if (type === REGEX) return bytes.indexOf(0, bytes.indexOf(0, at) + 1) + 1 - at;
  throw new TypeError(`a run's document holds a value of BSON type ${type}, which no fishtest run has`);
}
