/**
 * Requests that are answered without parsing: a worker's beat repeats byte for byte, and its update_task begins with
 * the bytes of its beat. What was checked once for these bytes needs no check again, but for what may have changed since:
 * the account. Only requests that passed every check are kept.
 */
import {
  checkRequest,
  checkStats,
  normaliseRequest,
  parseBody,
  type WorkerRequest,
} from '../protocol/request.js';
import type { Users } from '../state/users.js';
import { KnownBodies } from './known-bodies.js';
import type { WorkerRoute } from './routes.js';

/** Bodies that a front thread keeps; a kilobyte of bytes and about one of objects each. */
const ENTRIES = 32_768;
/** How the stats follow in the body of an update_task, as Python's json.dumps writes them. */
const STATS = Buffer.from(', "stats": {');
/** Stats and what follows them are shorter than this. */
const STATS_BYTES = 256;
const CLOSING_BRACE = 0x7d;

/** The account that the body's credentials were verified for. */
export interface Account {
  record: number;
  version: number;
}

export interface KnownRequest extends Account {
  /** Undefined when only the access gate was passed, as request_version asks. */
  readonly request: WorkerRequest | undefined;
}

export class KnownRequests {
  readonly #bodies = new KnownBodies<KnownRequest>(ENTRIES);
  readonly #users: Users;
  readonly #maxAge: number;

  /** @param credentialMaxAge milliseconds for which a verified credential is believed */
  constructor(users: Users, credentialMaxAge: number) {
    this.#users = users;
    this.#maxAge = credentialMaxAge;
  }

  /** The request that these bytes are, when it is known to pass all checks now. The object must not be changed. */
  find(route: WorkerRoute, bytes: Buffer, now: number): KnownRequest | undefined {
    const stats = route === 'update_task' ? statsAt(bytes) : -1;
    const known =
      stats < 0 ? this.#bodies.find(bytes, bytes.length) : this.#bodies.find(bytes, stats, CLOSING_BRACE);
    if (known === undefined) return undefined;
    if (!this.#users.isVerified(known.record, known.version, now, this.#maxAge)) return undefined;
    if (known.request === undefined) return route === 'request_version' ? known : undefined;
    return stats < 0 ? known : withStats(known, known.request, bytes, stats);
  }

  /**
   * Keeps a request that passed all checks, if its bytes came before. Call right after `find` did not know it.
   * @param request undefined when only the access gate was passed
   */
  remember(route: WorkerRoute, bytes: Buffer, request: WorkerRequest | undefined, account: Account): void {
    if (!this.#bodies.cameBefore()) return;
    const stats = route === 'update_task' ? statsAt(bytes) : -1;
    const kept = stats < 0 ? request : requestBefore(bytes, stats);
    if (stats >= 0 && kept === undefined) return;
    const { record, version } = account;
    this.#bodies.remember({ record, version, request: kept === undefined ? undefined : freeze(kept) });
  }
}

function statsAt(bytes: Buffer): number {
  return bytes.indexOf(STATS, Math.max(0, bytes.length - STATS_BYTES));
}

/** The request that the bytes before its stats are by themselves; undefined when they are none. */
function requestBefore(bytes: Buffer, stats: number): WorkerRequest | undefined {
  try {
    const body = parseBody(Buffer.from(`${bytes.toString('utf8', 0, stats)}}`));
    return checkRequest(body) === undefined ? normaliseRequest(body) : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined when the rest of the body is not just stats that pass the schema: then the whole body is parsed. */
function withStats(
  known: KnownRequest,
  request: WorkerRequest,
  bytes: Buffer,
  at: number,
): KnownRequest | undefined {
  let rest: Record<string, unknown>;
  try {
    // Any byte outside of ASCII is in a string, and no string passes the schema.
    rest = JSON.parse(`{${bytes.toString('latin1', at + 1)}`) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const { stats } = rest;
  if (Object.keys(rest).length !== 1 || !checkStats(stats)) return undefined;
  return { record: known.record, version: known.version, request: { ...request, stats } };
}

function freeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) freeze(member);
  }
  return Object.freeze(value);
}
