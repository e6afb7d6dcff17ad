/**
 * worker_info objects, interned: all tasks of a worker whose description did not change share one copy, and all workers of
 * one make share what they have in common. `nps` is measured anew for each task, so it is the task's, and stands here as 0.
 * A make is a msgpackr array of members in a fixed order, without their names, and ends
 * with members that only old documents have. A worker is the entry of its make (u32), of which it holds a reference, the
 * length of its key (u8) and the key, so that a request can be compared with it where it lies, and an array of the rest.
 */
import { pack, unpack } from 'msgpackr';
import type { TaskWorkerInfo, WorkerInfo } from '../model/documents.js';
import type { Interned } from './interned.js';

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

/** What tells workers of one make apart: a farm has many workers and few makes. */
const OWN_MEMBERS = ['unique_key', 'nps', 'remote_addr', 'country_code'] as const;
const IS_OWN: ReadonlySet<string> = new Set(OWN_MEMBERS);
const KEY_LENGTH = 4;
const KEY = 5;
/** Stands for the length of a key that is none, or not plain: it is with the rest then. */
const KEY_IN_REST = 255;

/** Entries and makes that a thread keeps decoded; a few hundred bytes each. */
const DECODED_LIMIT = 50_000;

/** Stands for the worker of a task that has none stored, as in old documents. */
const NO_INFO = Object.freeze({
  username: '',
  concurrency: 0,
  unique_key: '',
  remote_addr: '',
}) as Description;

/** What a worker says of itself, `nps` apart: it has one, or had none. */
export type Description = Omit<TaskWorkerInfo, 'nps'> & { readonly nps?: 0 };

interface Decoded {
  readonly serial: number;
  readonly info: Description;
  /** What a worker told last that says the same. */
  told: WorkerInfo | undefined;
}

interface DecodedMake {
  readonly serial: number;
  /** A description of this make whose own members stand for any worker's. */
  readonly like: Description;
}

export class WorkerInfos {
  readonly #workers: Interned;
  readonly #makes: Interned;
  readonly #decoded = new Map<number, Decoded>();
  /** The entries that this thread took last for a worker's key. */
  readonly #latest = new Map<string, number>();
  readonly #decodedMakes = new Map<number, DecodedMake>();

  constructor(workers: Interned, makes: Interned) {
    this.#workers = workers;
    this.#makes = makes;
  }

  /** Holds a reference to the entry for this content and returns its number (> 0). */
  retain(info: TaskWorkerInfo): number {
    const { unique_key: key } = info;
    const latest = this.#latest.get(key);
    if (latest !== undefined && this.#retainAgain(latest, info)) return latest;
    const entry = this.#retainNew(info);
    if (this.#latest.size >= DECODED_LIMIT) this.#latest.clear();
    this.#latest.set(key, entry);
    return entry;
  }

  /** Holds one more reference to an entry that may be gone meanwhile; false when it does not say the same. */
  #retainAgain(entry: number, info: TaskWorkerInfo): boolean {
    if (!this.#workers.retainAgain(entry)) return false;
    if (saysSame(this.#decode(entry).info, info, 0)) return true;
    this.release(entry);
    return false;
  }

  #retainNew(info: TaskWorkerInfo): number {
    const { entry: make } = this.#makes.retain(encodeMake(info));
    let isKept = false;
    try {
      const { entry, isNew } = this.#workers.retain(encodeWorker(make, info));
      isKept = isNew;
      return entry;
    } finally {
      if (!isKept) this.#makes.release(make);
    }
  }

  /** How many workers' there are. */
  size(): number {
    return this.#workers.size();
  }

  /** How many makes they are of. */
  makes(): number {
    return this.#makes.size();
  }

  /** Gives a reference back. */
  release(entry: number): void {
    if (entry === 0) return;
    const last = this.#workers.release(entry);
    if (last !== undefined) this.#makes.release(makeOf(last));
  }

  /**
   * Whether the entry says just what a worker tells now from this country, address and nps aside. Call while a reference
   * is held. The object is remembered, so that it must not change afterwards.
   */
  says(entry: number, told: WorkerInfo, country: string): boolean {
    const decoded = this.#decode(entry);
    const { info } = decoded;
    if (info.country_code !== country) return false;
    if (decoded.told === told) return true;
    if (!saysSame(info, told, 2)) return false;
    decoded.told = told;
    return true;
  }

  /** Whether the entry has this worker's key and user. Call while a reference is held. */
  isOf(entry: number, { unique_key: key, username }: WorkerInfo): boolean {
    if (entry === 0) return key === NO_INFO.unique_key && username === NO_INFO.username;
    const own = this.#workers.view(entry);
    if (this.#decodeMake(makeOf(own)).username !== username) return false;
    const length = own[KEY_LENGTH]!;
    if (length === KEY_IN_REST) return this.get(entry).unique_key === key;
    if (length !== key.length) return false;
    for (let i = 0; i < length; i++) if (own[KEY + i] !== key.charCodeAt(i)) return false;
    return true;
  }

  /** How many hold the entry. */
  references(entry: number): number {
    return this.#workers.references(entry);
  }

  /** The content. Call while a reference is held. The object is shared: do not change it. */
  get(entry: number): Description {
    return this.#decode(entry).info;
  }

  #decode(entry: number): Decoded {
    if (entry === 0) return { serial: 0, info: NO_INFO, told: undefined };
    const serial = this.#workers.serial(entry);
    const known = this.#decoded.get(entry);
    if (known !== undefined && known.serial === serial) return known;
    const own = this.#workers.content(entry);
    const info = describe(this.#decodeMake(makeOf(own)), decodeOwn(own));
    const decoded: Decoded = { serial, info, told: undefined };
    if (this.#decoded.size >= DECODED_LIMIT) this.#decoded.clear();
    this.#decoded.set(entry, decoded);
    return decoded;
  }

  #decodeMake(make: number): Description {
    const serial = this.#makes.serial(make);
    const known = this.#decodedMakes.get(make);
    if (known?.serial === serial) return known.like;
    const like = decodeMake(unpack(this.#makes.content(make)) as unknown[]);
    if (this.#decodedMakes.size >= DECODED_LIMIT) this.#decodedMakes.clear();
    this.#decodedMakes.set(make, { serial, like });
    return like;
  }
}

/** Whether both have the same members but for nps, which both have or neither, and for as many as the telling leaves out. */
function saysSame(info: Description, told: WorkerInfo, leftOut: number): boolean {
  let members = leftOut;
  for (const member in told) {
    members++;
    const value = told[member as keyof WorkerInfo];
    if (!isSame(info[member as keyof WorkerInfo], member === 'nps' ? 0 : value)) return false;
  }
  for (const _ in info) members--;
  return members === 0;
}

/** Of members: plain values, or lists of them. */
function isSame(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b;
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

function encodeMake(info: TaskWorkerInfo): Uint8Array {
  const values: unknown[] = [];
  for (const member of MEMBERS) if (!IS_OWN.has(member)) values.push(info[member]);
  const extra = Object.entries(info).filter(([member]) => !(MEMBERS as readonly string[]).includes(member));
  if (extra.length > 0) values.push(extra);
  return pack(values);
}

function encodeWorker(make: number, info: TaskWorkerInfo): Uint8Array {
  const { unique_key: key, remote_addr, country_code } = info;
  const nps = 'nps' in info ? 0 : undefined;
  const isPlain = typeof key === 'string' && key.length < KEY_IN_REST && /^[ -~]*$/.test(key);
  const rest = pack([isPlain ? undefined : key, nps, remote_addr, country_code]);
  const length = isPlain ? key.length : 0;
  const bytes = Buffer.alloc(KEY + length + rest.length);
  bytes.writeUInt32LE(make);
  bytes[KEY_LENGTH] = isPlain ? length : KEY_IN_REST;
  if (isPlain) bytes.write(key, KEY, 'latin1');
  bytes.set(rest, KEY + length);
  return bytes;
}

function makeOf(own: Uint8Array): number {
  return own[0]! + own[1]! * 2 ** 8 + own[2]! * 2 ** 16 + own[3]! * 2 ** 24;
}

/** Values of OWN_MEMBERS. msgpackr gives a missing one back as undefined or null. */
function decodeOwn(own: Buffer): unknown[] {
  const isPlain = own[KEY_LENGTH] !== KEY_IN_REST;
  const end = isPlain ? KEY + own[KEY_LENGTH]! : KEY;
  const values = unpack(own.subarray(end)) as unknown[];
  if (isPlain) values[0] = own.toString('latin1', KEY, end);
  return values;
}

/** Has every own member, in its place among the others. */
function decodeMake(values: readonly unknown[]): Description {
  const like: Record<string, unknown> = {};
  let at = 0;
  for (const member of MEMBERS) {
    const value = IS_OWN.has(member) ? '' : values[at++];
    // Old documents lack some.
    if (value !== undefined && value !== null) like[member] = value;
  }
  const extra = (values[at] ?? []) as [string, unknown][];
  // Not assigned: a member of an old document may be called as a setter is.
  const all = extra.length === 0 ? like : Object.fromEntries([...Object.entries(like), ...extra]);
  return all as unknown as Description;
}

/** Members stand in the order of MEMBERS, whichever part they are in. */
function describe(like: Description, own: readonly unknown[]): Description {
  const [unique_key, nps, remote_addr, country_code] = own;
  const info = { ...like, unique_key, nps, remote_addr, country_code };
  if (own.every((value) => value !== undefined && value !== null)) return info as Description;
  return Object.fromEntries(
    Object.entries(info).filter(([, value]) => value !== undefined && value !== null),
  ) as unknown as Description;
}
