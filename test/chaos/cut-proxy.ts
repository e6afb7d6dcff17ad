/**
 * A way to a database server that can be cut or stopped up, so that one process may lose the server and have it again; that makes
 * each answer late, as a slow server does; or that holds back what is on its way from a chosen moment on, as a network does that
 * delivers late.
 */
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';

export class CutProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #held = new Map<Socket, { far: Socket; chunks: Buffer[] }>();
  #cut = false;
  #stalled = false;
  #holding: { from: (chunk: Buffer) => boolean; began: () => void } | undefined;
  /** How late each answer arrives, in milliseconds; may be changed at any time. */
  delayMs = 0;

  private constructor(target: URL, onSent?: (connection: object, chunk: Buffer) => void) {
    this.#server = createServer((near) => {
      if (this.#cut) {
        near.destroy();
        return;
      }
      if (onSent !== undefined) near.on('data', (chunk: Buffer) => onSent(near, chunk));
      const far = createConnection(Number(target.port || 27_017), target.hostname);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        if (this.#stalled) one.pause();
        one.on('error', () => this.#end(one, other));
        one.on('close', () => {
          this.#sockets.delete(one);
          this.#end(one, other);
        });
      }
      near.on('data', (chunk: Buffer) => this.#pass(near, far, chunk));
      far.on('data', (chunk: Buffer) => this.#answer(far, near, chunk));
      far.on('end', () => near.end());
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /**
   * @param url a MongoDB URL of one host
   * @param onSent told of what goes to the server, by connection
   * @param host where it listens
   */
  static async open(
    url: string,
    onSent?: (connection: object, chunk: Buffer) => void,
    host = '127.0.0.1',
  ): Promise<{ proxy: CutProxy; url: string }> {
    const target = new URL(url);
    const proxy = new CutProxy(new URL(url), onSent);
    await new Promise<void>((resolve) => proxy.#server.listen(0, host, resolve));
    target.hostname = host;
    target.port = `${proxy.port}`;
    return { proxy, url: target.href };
  }

  /** Connections break, and new ones are refused. */
  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Connections stay, new ones too, and nothing comes through. */
  stall(): void {
    this.#stalled = true;
    for (const socket of this.#sockets) socket.pause();
  }

  join(): void {
    this.#cut = false;
    this.#stalled = false;
    for (const socket of this.#sockets) socket.resume();
  }

  /**
   * From the first chunk on for which `from` is true, what its connection sends is held, even when the sender has closed it.
   * Resolves when a chunk is held.
   */
  hold(from: (chunk: Buffer) => boolean): Promise<void> {
    return new Promise((began) => {
      this.#holding = { from, began };
    });
  }

  /** What was held arrives. */
  letGo(): void {
    this.#holding = undefined;
    for (const [near, { far, chunks }] of this.#held) {
      for (const chunk of chunks) far.write(chunk);
      if (near.destroyed) far.end();
    }
    this.#held.clear();
  }

  #pass(near: Socket, far: Socket, chunk: Buffer): void {
    const held = this.#held.get(near);
    if (held !== undefined) {
      held.chunks.push(chunk);
    } else if (this.#holding?.from(chunk) === true) {
      this.#held.set(near, { far, chunks: [chunk] });
      this.#holding.began();
      this.#holding = undefined;
    } else this.#write(near, far, chunk);
  }

  /** A connection has one request on its way, so that each answer is late by the delay, and not by that of those before. */
  #answer(far: Socket, near: Socket, chunk: Buffer): void {
    if (this.delayMs > 0) setTimeout(() => near.write(chunk), this.delayMs);
    else this.#write(far, near, chunk);
  }

  #write(from: Socket, to: Socket, chunk: Buffer): void {
    if (to.write(chunk)) return;
    from.pause();
    to.once('drain', () => {
      if (!this.#stalled) from.resume();
    });
  }

  #end(one: Socket, other: Socket): void {
    if (!this.#held.has(one)) other.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    for (const { far } of this.#held.values()) far.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
