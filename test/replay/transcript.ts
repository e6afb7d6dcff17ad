/** The format of a recorded HTTP session (its seed's `about` explains it), and reading it. */
import { readRecording } from '../golden/recordings.js';
import { isRecord } from '../golden/suite.js';

/** Bytes that would be long to write out: `repeat` of a text, a text, or base64. */
export type Segment =
  | string
  | {
      readonly text?: string;
      readonly base64?: string;
      readonly repeat?: unknown;
      readonly [key: string]: unknown;
    };

export interface ExchangeRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly bodyText?: string;
  readonly bodyBase64?: string;
  readonly bodySegments?: readonly Segment[];
}

export interface ExpectedResponse {
  readonly status: number;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: unknown;
  readonly text?: string;
  readonly html?: { readonly title?: string };
  readonly bodyBase64?: string;
}

/** One request and what the reference answered. */
export interface RecordedExchange {
  readonly name: string;
  readonly request: ExchangeRequest;
  readonly response: ExpectedResponse;
  /** The server closes the connection after it. */
  readonly closes?: boolean;
  /** Any of these keys may be the one that an error calls missing. */
  readonly anyOfKeys?: readonly string[];
}

/** Bytes sent on a fresh connection, with pauses, and all that came back. */
export interface RawExchange {
  readonly name: string;
  readonly request: { readonly parts: readonly (string | { readonly segments: readonly Segment[] })[] };
  readonly responses: readonly ExpectedResponse[];
  readonly closes?: boolean;
}

export type Recorded = RecordedExchange | RawExchange;

export function isRaw(recorded: Recorded): recorded is RawExchange {
  return 'parts' in recorded.request;
}

/** @throws Error when the file is no list of exchanges */
export async function readTranscript(path: string): Promise<Recorded[]> {
  const parsed = JSON.parse(keepSpellings(await readRecording(path))) as unknown;
  const list = isRecord(parsed) ? (parsed['exchanges'] ?? parsed['cases']) : parsed;
  if (!Array.isArray(list) || !list.every((entry) => isRecord(entry) && isRecord(entry['request']))) {
    throw new Error(`${path} is no HTTP transcript: it must be a list of exchanges, each with a request`);
  }
  return list as Recorded[];
}

/** Begins a text that stands for a number whose spelling JavaScript would lose, such as 5.0. */
const SPELLED = '\u0001number:';

function keepSpellings(json: string): string {
  return json.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (found) =>
    found.startsWith('"') || String(Number(found)) === found ? found : JSON.stringify(SPELLED + found),
  );
}

/** JSON text of a recorded value, its numbers spelled as they were. */
export function spelledJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(/"\\u0001number:([^"]+)"/g, '$1');
}

/** A recorded value with its numbers as numbers. */
export function plainValue(value: unknown): unknown {
  if (typeof value === 'string')
    return value.startsWith(SPELLED) ? Number(value.slice(SPELLED.length)) : value;
  if (Array.isArray(value)) return value.map(plainValue);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plainValue(member)]));
}

/** The bytes of a text given in segments. @param encoding of the texts */
export function segmentBytes(segments: readonly Segment[], encoding: BufferEncoding): Buffer {
  return Buffer.concat(segments.map((segment) => oneSegment(segment, encoding)));
}

function oneSegment(segment: Segment, encoding: BufferEncoding): Buffer {
  if (typeof segment === 'string') return Buffer.from(segment, encoding);
  if (Array.isArray(segment) && segment.length === 2) {
    return repeated(Buffer.from(String(segment[0]), encoding), Number(segment[1]));
  }
  const { text, base64, repeat } = segment;
  const times = segment['times'] ?? segment['count'] ?? segment['n'];
  if (typeof repeat === 'string') return repeated(Buffer.from(repeat, encoding), Number(times ?? 1));
  const bytes = base64 === undefined ? text && Buffer.from(text, encoding) : Buffer.from(base64, 'base64');
  if (bytes === undefined || bytes === '') {
    throw new Error(
      `a segment is neither text nor base64 nor a repeated text: ${JSON.stringify(segment).slice(0, 200)}`,
    );
  }
  return repeated(bytes, Number(repeat ?? times ?? 1));
}

function repeated(bytes: Buffer, times: number): Buffer {
  if (!Number.isInteger(times) || times < 0 || times * bytes.length > 2 ** 30) {
    throw new Error(`a segment is repeated ${times} times: that is no count within 1 GiB`);
  }
  return Buffer.alloc(times * bytes.length, bytes);
}
