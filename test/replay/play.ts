/** Plays a transcript to a server, exchange after exchange, and judges every answer. */
import { deviationOr } from '../golden/deviations.js';
import { httpRules } from '../golden/http-rules.js';
import { type AuthResult, judge } from '../golden/suite.js';
import { differenceOf, type MatchContext } from './match.js';
import type { Placeholders } from './placeholders.js';
import { converse, type RawResponse } from './raw-http.js';
import {
  type ExchangeRequest,
  type ExpectedResponse,
  isRaw,
  plainValue,
  type RawExchange,
  type Recorded,
  type RecordedExchange,
  segmentBytes,
  spelledJson,
} from './transcript.js';

/** The address that the recorded server had: it stands in redirects. */
const RECORDED_HOST = '127.0.0.1:8000';
/** How long the server has to close a connection, where the recording says that it does. */
const CLOSE_WITHIN = 600;
const RAW_PAUSE = 150;

export async function playOne(url: URL, recorded: Recorded, placeholders: Placeholders): Promise<AuthResult> {
  return isRaw(recorded)
    ? await playRaw(url, recorded, placeholders)
    : await playExchange(url, recorded, placeholders);
}

async function playExchange(
  url: URL,
  recorded: RecordedExchange,
  placeholders: Placeholders,
): Promise<AuthResult> {
  const { request } = recorded;
  const response = plainValue(recorded.response) as ExpectedResponse;
  const { responses, closed } = await converse(url, {
    parts: [requestBytes(request, placeholders)],
    pause: 0,
    methods: [request.method],
    expected: 1,
    linger: recorded.closes === true ? CLOSE_WITHIN : 0,
  });
  const actual = responses[0];
  if (actual === undefined) return judge('no answer came');
  const context: MatchContext = {
    placeholders,
    method: request.method,
    anyOfKeys: recorded.anyOfKeys ?? [],
    echoesCapture: JSON.stringify(request).includes('{{capture:'),
  };
  const why =
    differenceOf(actual, response, context) ??
    (recorded.closes === true && !closed
      ? 'the server kept the connection, recorded: it closed it'
      : undefined);
  if (why === undefined) return judge(undefined);
  const sent = requestBody(request, placeholders)?.toString('utf8') ?? '';
  const input = { method: request.method, path: placeholders.fillText(request.path), sent };
  return deviation(input, placeholders.fill(response), actual, closed, why);
}

async function playRaw(url: URL, recorded: RawExchange, placeholders: Placeholders): Promise<AuthResult> {
  const parts = recorded.request.parts.map((part) =>
    typeof part === 'string'
      ? Buffer.from(placeholders.fillText(part), 'latin1')
      : segmentBytes(part.segments, 'latin1'),
  );
  const methods = [
    ...Buffer.concat(parts)
      .toString('latin1')
      .matchAll(/(?:^|\r\n)([A-Z]+) \S+ HTTP\/1/g),
  ].map((match) => match[1]!);
  const { responses, closed } = await converse(url, {
    parts,
    pause: RAW_PAUSE,
    methods,
    expected: Math.max(1, recorded.responses.length),
    linger: CLOSE_WITHIN,
  });
  const expected = plainValue(recorded.responses) as ExpectedResponse[];
  const differences = expected.map((response, i) =>
    rawDifference(responses[i], response, { ...RAW_CONTEXT, placeholders, method: methods[i] ?? 'GET' }),
  );
  const at = differences.findIndex((difference) => difference !== undefined);
  const surplus = responses.slice(expected.length).map(({ status }) => status);
  const why =
    (at < 0 ? undefined : `answer ${at + 1}: ${differences[at]}`) ??
    (surplus.length > 0 ? `more answers than recorded: ${surplus.join()}` : undefined) ??
    (recorded.closes !== undefined && recorded.closes !== closed
      ? `closed by the server: actual ${closed}, recorded ${recorded.closes}`
      : undefined);
  if (why === undefined) return judge(undefined);
  const input = { ...recorded.request, sent: requestAt(parts, Math.max(0, at)) };
  return deviation(input, expected[Math.max(0, at)], responses[Math.max(0, at)], closed, why);
}

const RAW_CONTEXT = { anyOfKeys: [], echoesCapture: false } as const;

/** A refusal that is no JSON is the HTTP library's own: its status counts, its words and headers are nobody's protocol. */
function rawDifference(
  actual: RawResponse | undefined,
  expected: ExpectedResponse,
  context: MatchContext,
): string | undefined {
  if (actual === undefined) return `status: actual none, recorded ${expected.status}`;
  if (expected.status >= 400 && expected.body === undefined) {
    return actual.status === expected.status
      ? undefined
      : `status: actual ${actual.status}, recorded ${expected.status}`;
  }
  return differenceOf(actual, expected, context);
}

/** The bytes from the request of this number on, as latin1: what came before was answered. */
function requestAt(parts: readonly Buffer[], index: number): string {
  const text = Buffer.concat(parts).toString('latin1');
  const begins = [...text.matchAll(/^\S+ .* HTTP\/\S+\r?$/gm)].map((match) => match.index);
  return text.slice(index === 0 ? 0 : (begins[index] ?? 0));
}

/** Rules see what was sent as the input, the recorded response as the output. */
function deviation(
  input: Record<string, unknown>,
  output: unknown,
  actual: RawResponse | undefined,
  closed: boolean,
  why: string,
): AuthResult {
  const answer = {
    closed,
    status: actual?.status,
    headers: actual?.headers,
    body: actual && bodyOf(actual.body),
    bodyBase64: actual?.body.toString('base64'),
  };
  return deviationOr({ input, output }, answer, why, httpRules);
}

function bodyOf(bytes: Buffer): unknown {
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function requestBytes(request: ExchangeRequest, placeholders: Placeholders): Buffer {
  const body = requestBody(request, placeholders);
  const headers = new Map<string, string>([
    ['host', `Host: ${RECORDED_HOST}`],
    ['user-agent', 'User-Agent: python-requests/2.32.5'],
    ['accept-encoding', 'Accept-Encoding: gzip, deflate'],
    ['accept', 'Accept: */*'],
    ['connection', 'Connection: keep-alive'],
  ]);
  // A POST without any body says so, as the recorder's library did.
  if (body !== undefined) headers.set('content-length', `Content-Length: ${body.length}`);
  else if (/^(?:POST|PUT|PATCH)$/.test(request.method)) headers.set('content-length', 'Content-Length: 0');
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    headers.set(name.toLowerCase(), `${name}: ${placeholders.fillText(value)}`);
  }
  const target = placeholders.fillText(request.path);
  const head = `${request.method} ${target} HTTP/1.1\r\n${[...headers.values()].join('\r\n')}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body ?? Buffer.alloc(0)]);
}

function requestBody(request: ExchangeRequest, placeholders: Placeholders): Buffer | undefined {
  if (request.bodyBase64 !== undefined) return Buffer.from(request.bodyBase64, 'base64');
  if (request.bodySegments !== undefined) return segmentBytes(request.bodySegments, 'utf8');
  if (request.bodyText !== undefined) return Buffer.from(placeholders.fillText(request.bodyText), 'utf8');
  return request.body === undefined ? undefined : Buffer.from(spelledJson(placeholders.fill(request.body)));
}
