/** A reply's body of known length that is written as fast as the client takes it (uWS: tryEnd and onWritable). */
import type { HttpResponse } from 'uWebSockets.js';

export interface Listener {
  /** True when the client went: the response must not be touched any more. */
  readonly isGone: () => boolean;
  /** Is given what to call when the client goes. */
  readonly onGone: (wake: () => void) => void;
}

export class StreamedBody {
  readonly #response: HttpResponse;
  readonly #total: number;
  readonly #listener: Listener;

  constructor(response: HttpResponse, total: number, listener: Listener) {
    this.#response = response;
    this.#total = total;
    this.#listener = listener;
  }

  /** Resolves to true when all bytes are out, to false when the pieces ended before, failed, or the client went. */
  async send(next: () => Promise<Uint8Array | undefined>, writeHead: () => void): Promise<boolean> {
    for (let sent = 0, begun = false; ; ) {
      const given = await next().catch(() => undefined);
      if (given === undefined || this.#listener.isGone()) return false;
      // What has grown since the length was told is left out.
      const piece = given.subarray(0, this.#total - sent);
      if (piece.length === 0) continue;
      sent += piece.length;
      if (!(await this.#offer(piece, begun ? () => {} : writeHead))) return false;
      begun = true;
      if (sent === this.#total) return true;
    }
  }

  /** Resolves to true when the socket has taken the piece. */
  async #offer(piece: Uint8Array, writeHead: () => void): Promise<boolean> {
    const response = this.#response;
    const start = response.getWriteOffset();
    let isTaken = false;
    response.cork(() => {
      writeHead();
      const [taken, finished] = response.tryEnd(piece, this.#total);
      isTaken = taken || finished;
    });
    if (isTaken) return true;
    return await new Promise((resolve) => {
      this.#listener.onGone(() => resolve(false));
      response.onWritable((offset) => {
        const [all, end] = response.tryEnd(piece.subarray(offset - start), this.#total);
        if (all || end) resolve(true);
        return all;
      });
    });
  }
}
