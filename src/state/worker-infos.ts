/**
 * worker_info objects, interned: all tasks of a worker whose description did not change share one copy. Kept as a
 * msgpackr array of the members in a fixed order, without their names; members that only old documents have follow.
 */
import { pack, unpack } from 'msgpackr';
import type { KeyedTable } from '../memory/keyed-table.js';
import type { TaskWorkerInfo, WorkerInfo } from '../protocol/documents.js';

const MEMBERS = [
  'uname',
  'architecture',
  'concurrency',
  'max_memory',
  'min_threads',
  'username',
  'version',
  'python_version',
  'gcc_version',
  'compiler',
  'unique_key',
  'modified',
  'worker_arch',
  'ARCH',
  'nps',
  'near_github_api_limit',
  'remote_addr',
  'country_code',
] as const satisfies readonly (keyof TaskWorkerInfo)[];

/** Payload words of an entry. */
export const WORKER_INFO_WORDS = 2;
const REFERENCES = 0;
/** Tells entries apart that use the same record one after the other. */
const SERIAL = 1;

/** Entries a thread keeps decoded; a few hundred bytes each. */
const DECODED_LIMIT = 50_000;

/** Stands for the worker of a task that has none stored, as in old documents. */
const NO_INFO = Object.freeze({
  username: '',
  concurrency: 0,
  unique_key: '',
  remote_addr: '',
}) as TaskWorkerInfo;

interface Decoded {
  readonly serial: number;
  readonly info: TaskWorkerInfo;
  /** What a worker told last that says the same, and what came last from the same worker. */
  told: WorkerInfo | undefined;
  owner: WorkerInfo | undefined;
}

export class WorkerInfos {
  readonly #table: KeyedTable;
  readonly #serials: Int32Array;
  readonly #decoded = new Map<number, Decoded>();

  /** @param serials one shared word, from which new entries draw their serial number. */
  constructor(table: KeyedTable, serials: Int32Array) {
    this.#table = table;
    this.#serials = serials;
    table.isFilled = (at) => table.i32[at + REFERENCES]! > 0;
  }

  /** Holds a reference to the entry for this content and returns its number (> 0). */
  retain(info: TaskWorkerInfo): number {
    return this.#table.update(encode(info), true, (at, record, isNew) => {
      this.#table.i32[at + REFERENCES]!++;
      if (isNew) this.#table.i32[at + SERIAL] = Atomics.add(this.#serials, 0, 1);
      return record + 1;
    })!;
  }

  /** How many there are. */
  size(): number {
    return this.#table.size();
  }

  /** Gives a reference back. */
  release(entry: number): void {
    if (entry === 0) return;
    const key = Buffer.from(this.#table.keyBytes(entry - 1));
    const references = this.#table.update(key, false, (at) => --this.#table.i32[at + REFERENCES]!);
    if (references === 0) this.#table.remove(key, (at) => this.#table.i32[at + REFERENCES] === 0);
  }

  /**
   * Whether the entry says just what a worker tells now from this country, addresses aside. Call while a reference is
   * held. The object is remembered, so that it must not change afterwards.
   */
  says(entry: number, told: WorkerInfo, country: string): boolean {
    const decoded = this.#decode(entry);
    const { info } = decoded;
    if (info.country_code !== country) return false;
    if (decoded.told === told) return true;
    let members = 2;
    for (const member in told) {
      members++;
      if (!isSame(info[member as keyof WorkerInfo], told[member as keyof WorkerInfo])) return false;
    }
    for (const _ in info) members--;
    if (members !== 0) return false;
    decoded.told = told;
    return true;
  }

  /** Whether the entry has this worker's key and user. As `says`, for its holding and its object. */
  isOf(entry: number, told: WorkerInfo): boolean {
    const decoded = this.#decode(entry);
    if (decoded.told === told || decoded.owner === told) return true;
    if (decoded.info.unique_key !== told.unique_key || decoded.info.username !== told.username) return false;
    decoded.owner = told;
    return true;
  }

  /** How many hold the entry. */
  references(entry: number): number {
    return this.#table.i32[this.#table.at(entry - 1) + REFERENCES]!;
  }

  /** The content. Call while a reference is held. The object is shared: do not change it. */
  get(entry: number): TaskWorkerInfo {
    return this.#decode(entry).info;
  }

  #decode(entry: number): Decoded {
    if (entry === 0) return { serial: 0, info: NO_INFO, told: undefined, owner: undefined };
    const serial = this.#table.i32[this.#table.at(entry - 1) + SERIAL]!;
    const known = this.#decoded.get(entry);
    if (known !== undefined && known.serial === serial) return known;
    const info = decode(Buffer.from(this.#table.keyBytes(entry - 1)));
    const decoded: Decoded = { serial, info, told: undefined, owner: undefined };
    if (this.#decoded.size >= DECODED_LIMIT) this.#decoded.clear();
    this.#decoded.set(entry, decoded);
    return decoded;
  }
}

/** Of members: plain values, or lists of them. */
function isSame(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b;
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

function encode(info: TaskWorkerInfo): Uint8Array {
  const values: unknown[] = MEMBERS.map((member) => info[member]);
  const extra = Object.entries(info).filter(([member]) => !(MEMBERS as readonly string[]).includes(member));
  if (extra.length > 0) values.push(extra);
  return pack(values);
}

function decode(bytes: Uint8Array): TaskWorkerInfo {
  const values = unpack(bytes) as unknown[];
  const members = MEMBERS.map((member, i) => [member, values[i]] as [string, unknown]);
  const extra = (values[MEMBERS.length] ?? []) as [string, unknown][];
  // msgpackr writes a missing member as undefined: old documents lack some.
  return Object.fromEntries(
    [...members, ...extra].filter(([, value]) => value !== undefined && value !== null),
  ) as unknown as TaskWorkerInfo;
}
