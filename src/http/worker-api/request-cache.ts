/**
 * Requests that are answered without parsing: a worker's beat repeats byte for byte, and its update_task has the bytes of
 * its beat around its stats. What was checked once for these bytes needs no check again, but for what may have changed since:
 * the account. Only requests that passed every check are kept.
 */
import {
  checkRequest,
  checkStats,
  normaliseRequest,
  parseBody,
  type WorkerRequest,
} from '../../protocol/request.js';
import type { WorkerEndpoint } from '../../protocol/worker-endpoints.js';
import type { Users } from '../../state/users.js';
import { BodyCache } from './body-cache.js';
import type { Account } from './credential-cache.js';

/** Bodies that a front thread keeps; a kilobyte of bytes and about one of objects each. */
const ENTRIES = 32_768;
/** How the stats follow in the body of an update_task, as Python's json.dumps writes them. */
const STATS = Buffer.from(', "stats": {');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

export interface CachedRequest extends Account {
  /** Undefined when only the access gate was passed, as request_version asks. */
  readonly request: WorkerRequest | undefined;
}

export class RequestCache {
  readonly #bodies = new BodyCache<CachedRequest>(ENTRIES);
  readonly #users: Users;
  readonly #maxAge: number;

  /** @param maxAge milliseconds after which the credential of a known request is to be looked at again */
  constructor(users: Users, maxAge: number) {
    this.#users = users;
    this.#maxAge = maxAge;
  }

  /** The request that these bytes are, when it is known to pass all checks now. The object must not be changed. */
  find(route: WorkerEndpoint, bytes: Buffer, now: number): CachedRequest | undefined {
    const stats = route === 'update_task' ? findStats(bytes) : undefined;
    const known =
      stats === undefined ? this.#bodies.find(bytes) : this.#bodies.find(bytes, stats.from, stats.to);
    if (known === undefined) return undefined;
    if (!this.#users.isVerified(known.record, known.version, now, this.#maxAge)) return undefined;
    if (known.request === undefined) return route === 'request_version' ? known : undefined;
    return stats === undefined ? known : withStats(known, known.request, bytes, stats);
  }

  /**
   * Keeps a request that passed all checks, if its bytes came before. Call right after `find` did not know it.
   * @param request undefined when only the access gate was passed
   */
  remember(route: WorkerEndpoint, bytes: Buffer, request: WorkerRequest | undefined, account: Account): void {
    if (!this.#bodies.seenBefore()) return;
    const stats = route === 'update_task' ? findStats(bytes) : undefined;
    const kept = stats === undefined ? request : requestAround(bytes, stats);
    if (stats !== undefined && kept === undefined) return;
    const { record, version } = account;
    this.#bodies.remember({ record, version, request: kept === undefined ? undefined : freeze(kept) });
  }
}

/** Where a body's stats stand, with the comma before them. */
interface Span {
  from: number;
  to: number;
}

/** Undefined where there are none, or where only a parser could tell that they are a member of the body itself. */
function findStats(bytes: Buffer): Span | undefined {
  const from = bytes.indexOf(STATS);
  if (from < 0) return undefined;
  const to = bytes.indexOf(CLOSING_BRACE, from) + 1;
  if (to === 0) return undefined;
  const areLast = to === bytes.length - 1;
  return areLast || isTopLevel(bytes, from) ? { from, to } : undefined;
}

/**
 * Whether what stands before is one open object and no open text. Stats that end the body need no such look: the rest of a
 * known body is JSON by itself, so they stand before its last brace.
 */
function isTopLevel(bytes: Buffer, end: number): boolean {
  let quotes = 0;
  for (let i = 1; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === OPENING_BRACE || byte === BACKSLASH) return false;
    if (byte === QUOTE) quotes++;
  }
  return bytes[0] === OPENING_BRACE && quotes % 2 === 0;
}

/** The request that the bytes around its stats are by themselves; undefined when they are none. */
function requestAround(bytes: Buffer, { from, to }: Span): WorkerRequest | undefined {
  try {
    const body = parseBody(Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]));
    return checkRequest(body) === undefined ? normaliseRequest(body) : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined when the stats do not pass the schema, or come twice: then the whole body is parsed. */
function withStats(
  known: CachedRequest,
  request: WorkerRequest,
  bytes: Buffer,
  { from, to }: Span,
): CachedRequest | undefined {
  if (request.stats !== undefined) return undefined;
  let stats: unknown;
  try {
    // Any byte outside of ASCII is in a text, and no text passes the schema.
    stats = JSON.parse(bytes.toString('latin1', from + STATS.length - 1, to));
  } catch {
    return undefined;
  }
  if (!checkStats(stats)) return undefined;
  return { record: known.record, version: known.version, request: { ...request, stats } };
}

function freeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) freeze(member);
  }
  return Object.freeze(value);
}
