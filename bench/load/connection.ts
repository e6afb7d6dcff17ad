/**
 * A keep-alive connection of the load client: one request in flight, replies read into one buffer that all connections
 * of the thread share, and looked at no further than the measurement needs.
 */
import { createConnection, type Socket } from 'node:net';

const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)/i;
const HEAD_END = Buffer.from('\r\n\r\n');

export interface ReplySink {
  /** A whole reply: its status, and whether the expected text was in it. */
  onReply(connection: Connection, status: number, matched: boolean, body: () => string): void;
  onBroken(connection: Connection): void;
}

export class Connection {
  readonly #socket: Socket;
  readonly #sink: ReplySink;
  readonly #expect: Buffer;
  #missing = 0;
  #partial: Buffer | undefined;
  #status = 0;
  #matched = false;
  /** When the request in flight was sent, or should have been. */
  sentAt = 0;

  constructor(host: string, port: number, shared: Buffer, expect: string, sink: ReplySink) {
    this.#sink = sink;
    this.#expect = Buffer.from(expect);
    this.#socket = createConnection({
      host,
      port,
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (length, buffer) => {
          this.#read((buffer as Buffer).subarray(0, length));
          return true;
        },
      },
    });
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => sink.onBroken(this));
  }

  opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once('connect', resolve);
      this.#socket.once('error', reject);
    });
  }

  send(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  destroy(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#missing > 0) {
      this.#matched ||= chunk.includes(this.#expect);
      this.#missing -= chunk.length;
      if (this.#missing <= 0) this.#sink.onReply(this, this.#status, this.#matched, () => String(chunk));
      return;
    }
    const bytes = this.#partial === undefined ? chunk : Buffer.concat([this.#partial, chunk]);
    const headEnd = bytes.indexOf(HEAD_END);
    if (headEnd < 0) {
      this.#partial = Buffer.from(bytes);
      return;
    }
    this.#partial = undefined;
    const length = CONTENT_LENGTH.exec(bytes.toString('latin1', 0, headEnd))?.[1];
    this.#status = (bytes[9]! - 48) * 100 + (bytes[10]! - 48) * 10 + bytes[11]! - 48;
    this.#matched = bytes.indexOf(this.#expect, headEnd) >= 0;
    this.#missing = headEnd + 4 + Number(length ?? 0) - bytes.length;
    if (this.#missing > 0) return;
    this.#sink.onReply(this, this.#status, this.#matched, () => bytes.toString('utf8', headEnd + 4));
  }
}
