/** A keep-alive connection that sends whole requests one by one, and another that sends bytes and leaves. */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const LONGEST_WAIT_MS = 30_000;
/** How long broken HTTP is given to be answered. */
const RAW_WAIT_MS = 15;
/** Between the pieces of a request that drips. */
const PAUSE_MS = 20;

export interface Response {
  status: number;
  /** Status line and headers. */
  head: string;
  body: string;
  /** The server closed the connection after it. */
  closes: boolean;
}

export class Connection {
  readonly #port: number;
  #socket: Socket | undefined;
  #received = Buffer.alloc(0);
  #wake = () => {};
  #ended = true;

  constructor(port: number) {
    this.#port = port;
  }

  /**
   * Rejects when there is no answer within the time in which a worker gives up. A server may close a connection after an
   * answer: then the request goes out once more on a new one, as clients do it.
   * @param pieces how many the bytes are sent in, with a pause after each
   */
  async request(bytes: Buffer, isHead: boolean, pieces = 1): Promise<Response> {
    if (!this.#ended) {
      const response = await this.#exchange(bytes, isHead, pieces);
      if (response !== undefined) return response;
    }
    await this.#open();
    const response = await this.#exchange(bytes, isHead, pieces);
    if (response === undefined) throw new Error('the server closed a new connection without an answer');
    return response;
  }

  /** Undefined when the server closed the connection instead. */
  async #exchange(bytes: Buffer, isHead: boolean, pieces: number): Promise<Response | undefined> {
    this.#received = Buffer.alloc(0);
    const piece = Math.ceil(bytes.length / pieces);
    for (let sent = 0; sent < bytes.length && !this.#ended; sent += piece) {
      this.#socket!.write(bytes.subarray(sent, sent + piece));
      if (pieces > 1) await sleep(PAUSE_MS);
    }
    const deadline = Date.now() + LONGEST_WAIT_MS;
    for (;;) {
      const response = parse(this.#received, isHead);
      if (response !== undefined) {
        if (response.closes) this.close();
        return response;
      }
      if (this.#ended) return undefined;
      if (Date.now() > deadline) throw new Error(`no answer within ${LONGEST_WAIT_MS} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LONGEST_WAIT_MS);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  close(): void {
    this.#ended = true;
    this.#socket?.destroy();
  }

  async #open(): Promise<void> {
    const socket = connect(this.#port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    this.#socket = socket.setNoDelay(true);
    this.#ended = false;
    socket.on('data', (data) => {
      this.#received = this.#received.length === 0 ? data : Buffer.concat([this.#received, data]);
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      this.#ended = true;
      this.#wake();
    });
  }
}

/** Sends the pieces one after the other; returns the statuses that came back. */
export function sendRaw(port: number, pieces: readonly Buffer[]): Promise<number[]> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1');
    const end = () => {
      socket.destroy();
      resolve([...received.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status)));
    };
    socket.on('error', end);
    socket.on('close', end);
    socket.on('data', (data) => {
      received += data.toString('latin1');
    });
    socket.on('connect', async () => {
      for (const piece of pieces) {
        socket.write(piece);
        await new Promise((next) => setTimeout(next, 1));
      }
      setTimeout(end, RAW_WAIT_MS);
    });
  });
}

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

/** Undefined while the response is not complete. */
function parse(received: Buffer, isHead: boolean): Response | undefined {
  const asked = received.toString('latin1', 0, CONTINUE.length) === CONTINUE;
  const bytes = asked ? received.subarray(CONTINUE.length) : received;
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const status = Number(head.slice(9, 12));
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
  const closes = /\r\nconnection: close/i.test(head);
  if (isHead) return { status, head, body: '', closes };
  if (bytes.length < end + 4 + length) return undefined;
  return { status, head, body: bytes.toString('utf8', end + 4, end + 4 + length), closes };
}
