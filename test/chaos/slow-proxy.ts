/** A way to a database server that takes its time: what the server answers arrives so much later, in order. */
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';

export class SlowProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** In milliseconds; may be changed at any time. */
  delayMs: number;

  private constructor(target: URL, delayMs: number) {
    this.delayMs = delayMs;
    this.#server = createServer((near) => {
      const far = createConnection(Number(target.port || 27_017), target.hostname);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          this.#sockets.delete(one);
          other.destroy();
        });
      }
      near.on('data', (chunk: Buffer) => far.write(chunk));
      // A connection has one request on its way, so that each reply is late by the delay, and not by that of those before.
      far.on('data', (chunk: Buffer) => setTimeout(() => near.write(chunk), this.delayMs));
    });
  }

  /** @param url a MongoDB URL of one host */
  static async open(url: string, delayMs: number): Promise<{ proxy: SlowProxy; url: string }> {
    const target = new URL(url);
    const proxy = new SlowProxy(new URL(url), delayMs);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    target.hostname = '127.0.0.1';
    target.port = `${(proxy.#server.address() as AddressInfo).port}`;
    return { proxy, url: target.href };
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
