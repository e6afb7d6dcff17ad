/** One connection that says what it is told byte by byte, for what no HTTP client does. */
import { connect, type Socket } from 'node:net';

export interface WireAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

export class Wire {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #isEnded = false;
  #wake = () => {};

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#socket = connect(Number(port), hostname);
    this.#socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    for (const end of ['end', 'close', 'error']) {
      this.#socket.on(end, () => {
        this.#isEnded = true;
        this.#wake();
      });
    }
  }

  write(text: string): void {
    this.#socket.write(text);
  }

  /** @throws Error when the server closes the connection before the answer is whole */
  async ask(method: string, path: string, headers: Record<string, string> = {}): Promise<WireAnswer> {
    const lines = Object.entries({ host: 'x', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    this.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    return await this.answer(method === 'HEAD');
  }

  /** The next answer on the connection; that to a HEAD has no body, whatever length it tells. */
  async answer(isHead = false): Promise<WireAnswer> {
    await this.#until(() => this.#received.includes('\r\n\r\n'));
    const headEnd = this.#received.indexOf('\r\n\r\n') + 4;
    const [first, ...lines] = this.#received.toString('latin1', 0, headEnd - 4).split('\r\n') as [string];
    const headers = new Map(
      (lines as string[]).map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const end = headEnd + (isHead ? 0 : Number(headers.get('content-length') ?? 0));
    await this.#until(() => this.#received.length >= end);
    const body = this.#received.subarray(headEnd, end);
    this.#received = this.#received.subarray(end);
    return { status: Number(first.split(' ')[1]), headers, body };
  }

  /** Resolves when the server has closed the connection. */
  async closed(): Promise<void> {
    while (!this.#isEnded) await this.#change();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #until(isMet: () => boolean): Promise<void> {
    while (!isMet()) {
      if (this.#isEnded) throw new Error(`closed after ${JSON.stringify(this.#received.toString('latin1'))}`);
      await this.#change();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
