/**
 * One request and its reply on a uWS socket. The only place that touches the socket: it copies what the request holds
 * before uWS takes it back, collects the body within its limit, and never writes to a connection that is gone.
 */

import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import { STATUS_CODES } from 'node:http';
import { BodyFeed } from './body-feed.js';
import { endWithoutBody } from './end-without-body.js';
import type { RequestWatch, Watched } from './request-watch.js';
import { StreamedBody } from './streamed-body.js';

export interface Answer {
  status: number;
  contentType?: string;
  headers?: readonly (readonly [string, string])[];
  body?: string | Buffer;
  /** Close the connection after the answer. */
  close?: boolean;
}

/** How a request is counted whose client went before it was answered. */
const CLIENT_GONE = 499;

export class Exchange {
  readonly #response: HttpResponse;
  readonly #isHead: boolean;
  readonly #isEmpty: boolean;
  readonly #watch: RequestWatch;
  readonly #watched: Watched;
  #gone = false;
  /** Told when the client goes in the middle of a body. */
  #whenGone = () => {};
  /** True inside of uWS's callback, which corks by itself. */
  #corked = false;
  /** Whether the connection closes after the answer, whatever the answer says. */
  isLast = false;

  /** Registers the abort handler at once, as uWS demands of every reply that is not immediate. */
  constructor(response: HttpResponse, request: HttpRequest, watch: RequestWatch) {
    this.#response = response;
    this.#watch = watch;
    this.#watched = watch.begin(request);
    this.#isHead = request.getMethod() === 'head';
    this.#isEmpty = request.getHeader('content-length') === '0';
    response.onAborted(() => {
      if (!this.#gone) this.#watch.end(this.#watched, CLIENT_GONE);
      this.#gone = true;
      this.#whenGone();
    });
  }

  /** What the request is for: counts in METERED_ROUTES. */
  set route(route: number) {
    this.#watched.route = route;
  }

  get peer(): ArrayBuffer {
    return this.#response.getRemoteAddress();
  }

  /** Calls back once with the whole body, or with undefined when it is longer than `limit` bytes. */
  body(limit: number, done: (body: Buffer | undefined) => void): void {
    if (this.#isEmpty) {
      // uWS never tells of an empty body whose head came in pieces.
      done(Buffer.alloc(0));
      return;
    }
    let collected: Buffer | undefined;
    let refused = false;
    this.#response.onData((chunk, isLast) => {
      if (refused) return;
      const length = (collected?.length ?? 0) + chunk.byteLength;
      if (length > limit) {
        refused = true;
        done(undefined);
        return;
      }
      const part = Buffer.from(chunk);
      if (isLast) {
        this.#corked = true;
        // A body in one piece is used before this callback returns, so it need not be copied.
        done(collected === undefined ? part : Buffer.concat([collected, part]));
        this.#corked = false;
        return;
      }
      collected = collected === undefined ? Buffer.from(part) : Buffer.concat([collected, part]);
    });
  }

  /** The body for another thread, of any length: at most `limit` bytes. */
  feed(limit: number): BodyFeed {
    const feed = new BodyFeed(this.#response, limit, this.#isEmpty);
    this.#whenGone = () => feed.gone();
    return feed;
  }

  send(answer: Answer): void {
    if (this.#gone) return;
    this.#end(answer.status);
    if (this.#corked) this.#write(answer);
    else this.#response.cork(() => this.#write(answer));
  }

  /**
   * Sends `total` bytes piece by piece. The next piece is asked for when the socket has taken the last one, so a slow
   * client costs the memory of one. If the pieces end early or fail, so does the connection. `done` is called once.
   */
  async stream(
    answer: Omit<Answer, 'body' | 'close'>,
    total: number,
    next: () => Promise<Uint8Array | undefined>,
    done: () => void,
  ): Promise<void> {
    const response = this.#response;
    try {
      if (this.#gone) return;
      if (this.#isHead) {
        this.#end(answer.status);
        response.cork(() => {
          this.#writeHead(answer);
          endWithoutBody(response, total);
        });
        return;
      }
      const body = new StreamedBody(response, total, {
        isGone: () => this.#gone,
        onGone: (wake) => {
          this.#whenGone = wake;
        },
      });
      const isWhole = await body.send(next, () => this.#writeHead(answer));
      if (this.#gone) return;
      this.#end(answer.status);
      if (!isWhole) response.close();
    } finally {
      done();
    }
  }

  /** The request is over: nothing may be written afterwards. */
  #end(status: number): void {
    this.#gone = true;
    this.#watch.end(this.#watched, status);
  }

  #write(answer: Answer): void {
    const { body = '' } = answer;
    const close = this.isLast || answer.close === true;
    this.#writeHead(answer);
    if (answer.status === 304) {
      // Its length would be that of the body which the client has (RFC 9110 §8.6).
      endWithoutBody(this.#response, undefined);
    } else if (this.#isHead) {
      // uWS closes by itself only what it ended with a body: the client does, or the time-out.
      if (close) this.#response.writeHeader('Connection', 'close');
      endWithoutBody(this.#response, Buffer.byteLength(body));
    } else {
      this.#response.end(body, close);
    }
  }

  #writeHead({ status, contentType, headers }: Answer): void {
    const response = this.#response;
    // uWS writes "200 OK" by itself.
    if (status !== 200) response.writeStatus(`${status} ${STATUS_CODES[status] ?? ''}`);
    if (contentType !== undefined) response.writeHeader('Content-Type', contentType);
    if (headers !== undefined) for (const [name, value] of headers) response.writeHeader(name, value);
    const id = this.#watched.head?.id;
    if (id !== undefined) response.writeHeader('X-Request-Id', id);
  }
}
