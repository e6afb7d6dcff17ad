/**
 * worker_info objects, interned: all tasks of a worker whose description did not change share one copy, and all workers of
 * one profile share what they have in common. `nps` is measured anew for each task, so it is the task's, and stands here as 0.
 * A profile is a msgpackr array of members in a fixed order, without their names, and ends
 * with members that only old documents have. A worker is the entry of its profile (u32), of which it holds a reference, the
 * length of its key (u8) and the key, so that a request can be compared with it where it lies, and an array of the rest.
 */
import { pack, unpack } from 'msgpackr';
import { BoundedCache } from '../memory/bounded-cache.js';
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

/** What tells workers of one profile apart: a farm has many workers and few makes. */
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
  lastReported: WorkerInfo | undefined;
}

interface DecodedProfile {
  readonly serial: number;
  /** A description of this profile whose own members stand for any worker's. */
  readonly template: Description;
}

export class WorkerProfiles {
  readonly #workers: Interned;
  readonly #profiles: Interned;
  readonly #decoded = new BoundedCache<number, Decoded>(DECODED_LIMIT);
  /** The entries that this thread took last for a worker's key. */
  readonly #latest = new BoundedCache<string, number>(DECODED_LIMIT);
  readonly #decodedProfiles = new BoundedCache<number, DecodedProfile>(DECODED_LIMIT);

  constructor(workers: Interned, profiles: Interned) {
    this.#workers = workers;
    this.#profiles = profiles;
  }

  /** Holds a reference to the entry for this content and returns its number (> 0). */
  retain(info: TaskWorkerInfo): number {
    const { unique_key: key } = info;
    const latest = this.#latest.get(key);
    if (latest !== undefined && this.#retainAgain(latest, info)) return latest;
    const entry = this.#retainNew(info);
    this.#latest.set(key, entry);
    return entry;
  }

  /** Holds one more reference to an entry to which the caller holds one already. */
  retainHeld(entry: number): void {
    this.#workers.retainAgain(entry);
  }

  /** Holds one more reference to an entry that may be gone meanwhile; false when it does not say the same. */
  #retainAgain(entry: number, info: TaskWorkerInfo): boolean {
    if (!this.#workers.retainAgain(entry)) return false;
    if (isSame(this.#decode(entry).info, info, 0)) return true;
    this.release(entry);
    return false;
  }

  #retainNew(info: TaskWorkerInfo): number {
    const { entry: profile } = this.#profiles.retain(encodeProfile(info));
    let isKept = false;
    try {
      const { entry, isNew } = this.#workers.retain(encodeWorker(profile, info));
      isKept = isNew;
      return entry;
    } finally {
      if (!isKept) this.#profiles.release(profile);
    }
  }

  /** How many workers' there are. */
  size(): number {
    return this.#workers.size();
  }

  /** How many makes they are of. */
  profileCount(): number {
    return this.#profiles.size();
  }

  /** Gives a reference back. */
  release(entry: number): void {
    if (entry === 0) return;
    const last = this.#workers.release(entry);
    if (last !== undefined) this.#profiles.release(profileOf(last));
  }

  /**
   * Whether the entry says just what a worker tells now from this country, address and nps aside. Call while a reference
   * is held. The object is remembered, so that it must not change afterwards.
   */
  matches(entry: number, reported: WorkerInfo, country: string): boolean {
    const decoded = this.#decode(entry);
    const { info } = decoded;
    if (info.country_code !== country) return false;
    if (decoded.lastReported === reported) return true;
    if (!isSame(info, reported, 2)) return false;
    decoded.lastReported = reported;
    return true;
  }

  /** Whether the entry has this worker's key and user. Call while a reference is held. */
  isOf(entry: number, { unique_key: key, username }: WorkerInfo): boolean {
    if (entry === 0) return key === NO_INFO.unique_key && username === NO_INFO.username;
    const own = this.#workers.view(entry);
    if (this.#decodeProfile(profileOf(own)).username !== username) return false;
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
    if (entry === 0) return { serial: 0, info: NO_INFO, lastReported: undefined };
    const serial = this.#workers.serial(entry);
    const known = this.#decoded.get(entry);
    if (known !== undefined && known.serial === serial) return known;
    const own = this.#workers.content(entry);
    const info = describe(this.#decodeProfile(profileOf(own)), decodeOwn(own));
    const decoded: Decoded = { serial, info, lastReported: undefined };
    this.#decoded.set(entry, decoded);
    return decoded;
  }

  #decodeProfile(profile: number): Description {
    const serial = this.#profiles.serial(profile);
    const known = this.#decodedProfiles.get(profile);
    if (known?.serial === serial) return known.template;
    const template = decodeProfile(unpack(this.#profiles.content(profile)) as unknown[]);
    this.#decodedProfiles.set(profile, { serial, template });
    return template;
  }
}

/** Whether both have the same members but for nps, which both have or neither, and for as many as the report leaves out. */
function isSame(info: Description, reported: WorkerInfo, leftOut: number): boolean {
  let members = leftOut;
  for (const member in reported) {
    members++;
    const value = reported[member as keyof WorkerInfo];
    if (!isSameValue(info[member as keyof WorkerInfo], member === 'nps' ? 0 : value)) return false;
  }
  for (const _ in info) members--;
  return members === 0;
}

/** Of members: plain values, or lists of them. */
function isSameValue(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b;
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

function encodeProfile(info: TaskWorkerInfo): Uint8Array {
  const values: unknown[] = [];
  for (const member of MEMBERS) if (!IS_OWN.has(member)) values.push(info[member]);
  const extra = Object.entries(info).filter(([member]) => !(MEMBERS as readonly string[]).includes(member));
  if (extra.length > 0) values.push(extra);
  return pack(values);
}

function encodeWorker(profile: number, info: TaskWorkerInfo): Uint8Array {
  const { unique_key: key, remote_addr, country_code } = info;
  const nps = 'nps' in info ? 0 : undefined;
  const isPlain = typeof key === 'string' && key.length < KEY_IN_REST && /^[ -~]*$/.test(key);
  const rest = pack([isPlain ? undefined : key, nps, remote_addr, country_code]);
  const length = isPlain ? key.length : 0;
  const bytes = Buffer.alloc(KEY + length + rest.length);
  bytes.writeUInt32LE(profile);
  bytes[KEY_LENGTH] = isPlain ? length : KEY_IN_REST;
  if (isPlain) bytes.write(key, KEY, 'latin1');
  bytes.set(rest, KEY + length);
  return bytes;
}

function profileOf(own: Uint8Array): number {
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
function decodeProfile(values: readonly unknown[]): Description {
  const template: Record<string, unknown> = {};
  let offset = 0;
  for (const member of MEMBERS) {
    const value = IS_OWN.has(member) ? '' : values[offset++];
    // Old documents lack some.
    if (value !== undefined && value !== null) template[member] = value;
  }
  const extra = (values[offset] ?? []) as [string, unknown][];
  // Not assigned: a member of an old document may be called as a setter is.
  const all = extra.length === 0 ? template : Object.fromEntries([...Object.entries(template), ...extra]);
  return all as unknown as Description;
}

/** Members are in the order of MEMBERS, whichever part they are in. */
function describe(template: Description, own: readonly unknown[]): Description {
  const [unique_key, nps, remote_addr, country_code] = own;
  const info = { ...template, unique_key, nps, remote_addr, country_code };
  if (own.every((value) => value !== undefined && value !== null)) return info as Description;
  return Object.fromEntries(
    Object.entries(info).filter(([, value]) => value !== undefined && value !== null),
  ) as unknown as Description;
}
