/**
 * The hot path of validation: body bytes → JSON → access schema → full schema. The compiled validators answer for
 * valid bodies (about 1.5 µs); only a refused body is walked again for the text of its error.
 */
import { Buffer, isUtf8 } from 'node:buffer';
import { countBooleans, type NumericShape } from './count-booleans.js';
import { explain } from './explain.js';
import {
  type AccessRequest,
  accessSchema,
  type WorkerRequest,
  workerRequestSchema,
} from './request-schema.js';
import { results } from './schema-parts.js';
import { NOT_JSON } from './texts.js';
import { Compile, type TSchema } from './typebox.js';
import { decodeUnusual, holdsLongInteger, LONGEST_INTEGER, parseLenient } from './unusual-json.js';

export type { AccessRequest, SpsaResults, WorkerRequest } from './request-schema.js';

/** The body is not JSON that can be stored; the message is the text for the worker. */
export class NotJson extends Error {
  override name = 'NotJson';
}

const access = Compile(accessSchema);
const request = Compile(workerRequestSchema);
const stats = Compile(results);

/**
 * Reads a request body as JSON (docs/spec/worker-api.md §1.3): UTF-8, UTF-16 or UTF-32 with or without a byte order mark,
 * NaN and Infinity too, no lone surrogates, the last of duplicate keys wins. Throws NotJson.
 */
export function parseBody(bytes: Uint8Array): unknown {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = isUtf8(bytes) ? buffer.toString('utf8', startsWithMark(buffer) ? 3 : 0) : undefined;
  let body: unknown;
  try {
    if (text === undefined) throw new NotJson(NOT_JSON);
    body = JSON.parse(text);
  } catch {
    // What is unusual costs a second try, and only here.
    const unusual = decodeUnusual(buffer);
    const isWorthIt = unusual !== undefined || (text !== undefined && /NaN|Infinity/.test(text));
    text = unusual ?? text;
    body = isWorthIt && text !== undefined ? parseLenient(text) : undefined;
    if (text === undefined || body === undefined) throw new NotJson(NOT_JSON);
    if (unusual !== undefined && LONE_SURROGATE.test(unusual)) throw new NotJson(HALF_A_PAIR);
  }
  if (text.length > LONGEST_INTEGER && holdsLongInteger(text)) throw new NotJson(NOT_JSON);
  if (ESCAPED_SURROGATE.test(text) && holdsLoneSurrogate(body)) {
    throw new NotJson(HALF_A_PAIR);
  }
  return body;
}

function startsWithMark(buffer: Buffer): boolean {
  return buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf;
}

const HALF_A_PAIR = `${NOT_JSON}: it holds half of a surrogate pair`;
const ESCAPED_SURROGATE = /\\u[dD][89a-fA-F]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Walks with a list of its own: a body may be nested deeper than the call stack. */
function holdsLoneSurrogate(body: unknown): boolean {
  const pending: unknown[] = [body];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value === 'string') {
      if (LONE_SURROGATE.test(value)) return true;
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, member] of Object.entries(value)) pending.push(key, member);
    }
  }
  return false;
}

/** Undefined when the body obeys the access schema, else the text of the first violation. */
export function checkAccess(body: unknown): string | undefined {
  return access.Check(body) ? undefined : refusal(accessSchema, body);
}

/**
 * Undefined when the body obeys the full schema, else the text of the first violation. Booleans where a number is
 * wanted are replaced by 0 and 1 in the body itself, as the reference counts them (docs/spec/worker-api.md §1.3).
 */
export function checkRequest(body: unknown): string | undefined {
  if (request.Check(body)) return undefined;
  if (countBooleans(workerRequestSchema as NumericShape, body) && request.Check(body)) return undefined;
  return refusal(workerRequestSchema, body);
}

function refusal(schema: TSchema, body: unknown): string {
  return explain(schema, body, 'request') ?? 'request does not obey the schema';
}

/** Whether these are stats as the full schema wants them, booleans for numbers not counted. */
export function checkStats(value: unknown): value is NonNullable<WorkerRequest['stats']> {
  return stats.Check(value);
}

/** A checked body as the access gate sees it. Call after checkAccess. */
export function asAccessRequest(body: unknown): AccessRequest {
  return body as AccessRequest;
}

/** A checked body in the form the rest of the server relies on: the run id in lower case. Call after checkRequest. */
export function normaliseRequest(body: unknown): WorkerRequest {
  const checked = body as WorkerRequest;
  if (checked.run_id !== undefined) checked.run_id = checked.run_id.toLowerCase();
  return checked;
}
