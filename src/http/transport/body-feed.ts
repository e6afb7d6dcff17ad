/**
 * A request's body on its way to another thread, piece by piece. So many bytes may be on the way that the other side has not
 * taken; then the socket is not read on, and the client's own system waits. So a large body costs little memory here, however
 * fast the client and however slow the disk. Nothing is read before the feed has somebody to feed.
 */
import type { HttpResponse } from 'uWebSockets.js';
import type { MessagePort } from 'node:worker_threads';
import type { BodyMessage } from '../../site/site-messages.js';

const WINDOW_BYTES = 1024 * 1024;

export class BodyFeed {
  readonly #response: HttpResponse;
  readonly #limit: number;
  #port: MessagePort | undefined;
  /** What came before there was a port: the rest of one read of the socket. */
  readonly #early: BodyMessage[] = [];
  #received = 0;
  /** Bytes that the other side has not taken yet. */
  #onTheWay = 0;
  #isPaused = false;
  #isGone = false;
  /** Nothing more is passed on. */
  #isOver = false;
  #isWhole = false;

  /** Call inside of uWS's callback for the request. @param isEmpty uWS may not tell of the end of an empty body */
  constructor(response: HttpResponse, limit: number, isEmpty: boolean) {
    this.#response = response;
    this.#limit = limit;
    if (isEmpty) {
      this.#isWhole = true;
      this.#end('end');
      return;
    }
    response.onData((chunk, isLast) => this.#take(chunk, isLast));
    this.#pause();
  }

  /** All of the body has come. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** From here on the pieces go through the port, which says of how many bytes it has disposed. */
  attach(port: MessagePort): void {
    this.#port = port;
    port.on('message', (taken: number) => {
      this.#onTheWay -= taken;
      if (this.#onTheWay < WINDOW_BYTES / 2) this.#resume();
    });
    for (const message of this.#early.splice(0)) this.#post(message);
    if (this.#onTheWay < WINDOW_BYTES) this.#resume();
  }

  /** The request is answered in a moment: what is left of the body is read and thrown away. Call before that. */
  drop(): void {
    this.#isOver = true;
    this.#resume();
    this.#port?.close();
  }

  /** The client has had its time. */
  cut(): void {
    this.#end('cut');
  }

  /** The client went: the response must not be touched any more. */
  gone(): void {
    this.#isGone = true;
    this.#end('cut');
  }

  #take(chunk: ArrayBuffer, isLast: boolean): void {
    this.#isWhole = isLast;
    if (this.#isOver) return;
    this.#received += chunk.byteLength;
    if (this.#received > this.#limit) {
      this.#end('too long');
      return;
    }
    // uWS takes the chunk back after this callback.
    if (chunk.byteLength > 0) this.#post(new Uint8Array(chunk.slice(0)));
    if (isLast) this.#end('end');
    else if (this.#onTheWay >= WINDOW_BYTES) this.#pause();
  }

  #end(message: 'end' | 'cut' | 'too long'): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#post(message);
  }

  #post(message: BodyMessage): void {
    if (this.#port === undefined) {
      this.#early.push(message);
    } else if (typeof message === 'string') {
      this.#port.postMessage(message);
    } else {
      this.#onTheWay += message.length;
      this.#port.postMessage(message, [message.buffer as ArrayBuffer]);
    }
  }

  #pause(): void {
    if (this.#isPaused || this.#isGone) return;
    this.#isPaused = true;
    this.#response.pause();
  }

  #resume(): void {
    if (!this.#isPaused || this.#isGone) return;
    this.#isPaused = false;
    this.#response.resume();
  }
}
