/**
 * One request of the admin listener, from its head to its last byte. Everything that is dangerous with uWebSockets.js is
 * here: a handler that returns without a reply or an abort handler ends the process, a reply after an abort too, chunks are
 * gone when their callback returns, and a throw in a callback has nobody to catch it.
 */

import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import { STATUS_CODES } from 'node:http';
import { endWithoutBody } from '../transport/end-without-body.js';

export interface RequestHead {
  /** Upper case. */
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
  /** Bytes announced; NaN when the header is missing or not a number. */
  readonly contentLength: number;
}

export interface Reply {
  readonly status: number;
  /** JSON text. */
  readonly json: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The reply that every refusal is. */
export function refuse(status: number, error: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, json: JSON.stringify({ error }), headers };
}

export interface ExchangeRules {
  /** Bytes of body that are read. */
  readonly bodyLimit: number;
  /** Looks at the head alone; a reply ends the exchange before the body is read. */
  screen(head: RequestHead): Reply | undefined;
  /** Receives the whole body. Must not reject. */
  answer(head: RequestHead, body: Uint8Array): Promise<Reply>;
}

/**
 * Serves one request by the rules. Resolves when nothing of it is under way any more, even if its client went early;
 * never rejects.
 */
export function exchange(res: HttpResponse, req: HttpRequest, rules: ExchangeRules): Promise<void> {
  const head = readHead(req);
  return new Promise((resolve) => {
    let over = false;
    let answering = false;
    res.onAborted(() => {
      over = true;
      if (!answering) resolve();
    });
    const send = (reply: Reply): void => {
      if (!over) res.cork(() => write(res, head, reply));
      over = true;
      resolve();
    };

    const refusal = screenSize(head.contentLength, rules.bodyLimit) ?? rules.screen(head);
    if (refusal !== undefined) return send(refusal);

    const finish = (body: Uint8Array): void => {
      answering = true;
      void rules.answer(head, body).then(send);
    };
    // uWS never tells of an empty body whose head came in pieces.
    if (head.contentLength === 0) return finish(new Uint8Array());

    const chunks: Uint8Array[] = [];
    let size = 0;
    res.onData((chunk, isLast) => {
      if (over) return;
      size += chunk.byteLength;
      const tooLarge = screenSize(size, rules.bodyLimit);
      if (tooLarge !== undefined) return send(tooLarge);
      chunks.push(new Uint8Array(chunk.slice(0)));
      if (isLast) finish(Buffer.concat(chunks));
    });
  });
}

/** The request object is valid only until its handler returns: what is needed of it is copied. */
function readHead(req: HttpRequest): RequestHead {
  return {
    method: req.getMethod().toUpperCase(),
    path: req.getUrl(),
    authorization: req.getHeader('authorization'),
    contentLength: Number.parseInt(req.getHeader('content-length'), 10),
  };
}

function screenSize(bytes: number, limit: number): Reply | undefined {
  if (!(bytes > limit)) return undefined;
  return refuse(413, `the request body is over ${limit} bytes`);
}

function write(res: HttpResponse, { method }: RequestHead, reply: Reply): void {
  res.writeStatus(`${reply.status} ${STATUS_CODES[reply.status] ?? ''}`);
  res.writeHeader('Content-Type', 'application/json');
  for (const [name, value] of Object.entries(reply.headers ?? {})) res.writeHeader(name, value);
  endAnswer(res, reply.json, method === 'HEAD');
}

/** A client sends one request; a closed connection leaves nothing behind when the server stops. */
export function endAnswer(res: HttpResponse, body: string, isHead: boolean): void {
  if (isHead) {
    res.writeHeader('Connection', 'close');
    endWithoutBody(res, Buffer.byteLength(body));
  } else {
    res.end(body, true);
  }
}
