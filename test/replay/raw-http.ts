/**
 * HTTP/1.1 by hand: the bytes that are sent and those that came back stay visible, whatever their form. A library would
 * hide what a transcript is about (HEAD with a length, a GET with a body, a connection that the server closes).
 */
import { connect, type Socket } from 'node:net';

export interface RawResponse {
  readonly status: number;
  /** Names in lower case, in the order of the wire. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

export interface Conversation {
  readonly responses: RawResponse[];
  /** The server had closed the connection within the time it was given. */
  readonly closed: boolean;
}

export interface ConversationOptions {
  /** What to send, in pieces. */
  readonly parts: readonly Buffer[];
  /** Milliseconds between two parts. */
  readonly pause: number;
  /** The method of each request: a reply to HEAD has no body. */
  readonly methods: readonly string[];
  /** Answers that are waited for. */
  readonly expected: number;
  /** Milliseconds to wait for the close once the answers are there; 0 does not look. */
  readonly linger: number;
}

/** Milliseconds without an answer after which the conversation is over. */
const SILENCE = 15_000;

export async function converse(url: URL, options: ConversationOptions): Promise<Conversation> {
  const socket = connect(Number(url.port || 80), url.hostname);
  socket.setNoDelay(true);
  let received: Buffer = Buffer.alloc(0);
  let closed = false;
  let wake = () => {};
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    wake();
  });
  socket.on('error', () => wake());
  socket.on('close', () => {
    closed = true;
    wake();
  });
  try {
    const sending = send(socket, options.parts, options.pause);
    const deadline = Date.now() + SILENCE;
    let responses: RawResponse[];
    for (;;) {
      responses = parseResponses(received, options.methods, closed);
      if (responses.length >= options.expected || closed || Date.now() > deadline) break;
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, 200).unref();
      });
    }
    await sending;
    const end = Date.now() + options.linger;
    while (!closed && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
    return { responses: parseResponses(received, options.methods, closed), closed };
  } finally {
    socket.destroy();
  }
}

async function send(socket: Socket, parts: readonly Buffer[], pause: number): Promise<void> {
  for (const [i, part] of parts.entries()) {
    if (i > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    if (!socket.destroyed) socket.write(part);
  }
}

/** Every complete response; one that ends with the connection counts when that is `closed`. */
function parseResponses(bytes: Buffer, methods: readonly string[], closed: boolean): RawResponse[] {
  const responses: RawResponse[] = [];
  for (let rest = bytes; ; ) {
    const parsed = parseOne(rest, methods[responses.length] ?? 'GET', closed);
    if (parsed === undefined) return responses;
    rest = rest.subarray(parsed.length);
    if (parsed.response.status >= 200) responses.push(parsed.response);
  }
}

function parseOne(
  bytes: Buffer,
  method: string,
  closed: boolean,
): { response: RawResponse; length: number } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1] ?? 0);
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const body = bytes.subarray(headEnd + 4);
  const value = (name: string) => headers.find(([key]) => key === name)?.[1];
  const done = (content: Buffer, taken: number) => ({
    response: { status, headers, body: content },
    length: headEnd + 4 + taken,
  });
  if (method === 'HEAD' || status === 204 || status === 304 || status < 200) return done(Buffer.alloc(0), 0);
  if (value('transfer-encoding')?.toLowerCase() === 'chunked') return dechunk(body, done);
  const length = Number(value('content-length') ?? Number.NaN);
  if (Number.isNaN(length)) return closed ? done(body, body.length) : undefined;
  return body.length < length ? undefined : done(body.subarray(0, length), length);
}

function dechunk<T>(bytes: Buffer, done: (content: Buffer, taken: number) => T): T | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    const end = line + 2 + size + 2;
    if (!(size >= 0) || bytes.length < end) return undefined;
    if (size === 0) return done(Buffer.concat(chunks), end);
    chunks.push(bytes.subarray(line + 2, line + 2 + size));
    at = end;
  }
}
