/** As a proxy that knows which server is well: new connections go there, and wait until it listens. */
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';

const AGAIN_MS = 50;

export interface Address {
  readonly host: string;
  readonly port: number;
}

export class Balancer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #target: Address;

  private constructor(target: Address) {
    this.#target = target;
    this.#server = createServer((near) => this.#connect(near));
  }

  static async open(target: Address): Promise<Balancer> {
    const balancer = new Balancer(target);
    await new Promise<void>((resolve) => balancer.#server.listen(0, '127.0.0.1', resolve));
    return balancer;
  }

  get address(): Address {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  /** Open connections break: their server is not well. */
  turnTo(target: Address): void {
    this.#target = target;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #connect(near: Socket): void {
    this.#sockets.add(near);
    near.on('close', () => this.#sockets.delete(near)).on('error', () => near.destroy());
    this.#reach(near);
  }

  #reach(near: Socket): void {
    const far = createConnection(this.#target);
    far.on('connect', () => {
      near.pipe(far).pipe(near);
      near.on('close', () => far.destroy());
      far.on('close', () => near.destroy());
    });
    far.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' && !near.destroyed) setTimeout(() => this.#reach(near), AGAIN_MS);
      else near.destroy();
    });
  }
}
