/** A way to a database server that can be cut or stopped up, so that one process may lose the server and have it again. */
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';

export class CutProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #cut = false;
  #stalled = false;

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
        one.pipe(other);
        if (this.#stalled) one.pause();
        one.on('error', () => other.destroy());
        one.on('close', () => {
          this.#sockets.delete(one);
          other.destroy();
        });
      }
    });
  }

  /**
   * @param url a MongoDB URL of one host
   * @param onSent told of what goes to the server, by connection
   */
  static async open(
    url: string,
    onSent?: (connection: object, chunk: Buffer) => void,
  ): Promise<{ proxy: CutProxy; url: string }> {
    const target = new URL(url);
    const proxy = new CutProxy(new URL(url), onSent);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    target.hostname = '127.0.0.1';
    target.port = String((proxy.#server.address() as AddressInfo).port);
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

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
