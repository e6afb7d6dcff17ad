/** Ports that are free now: for a server that has to be told its port before it starts, or that shares it with itself only. */
import { type AddressInfo, createServer } from 'node:net';

/** @throws Error when the host is none of this machine's addresses */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  return await listenOnce(host, 0);
}

/**
 * Rejects when a listener on this port would fail, or would share it: a probe that asks for the port alone is refused by the
 * kernel even where all others agreed to share.
 * @throws Error with what to do
 */
export async function requireFreePort(host: string, port: number): Promise<void> {
  try {
    await listenOnce(host, port);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const why = REASONS[code] ?? (error instanceof Error ? error.message : String(error));
    throw new Error(`cannot listen on ${host}:${port}: ${why}`, { cause: error });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there: stop it, or set FISHTEST_PORT to a port of its own',
  EADDRNOTAVAIL: 'this machine has no such address: set HTTP_HOST to one that it has, or to 0.0.0.0',
  EACCES: 'this user may not: a port below 1024 needs the capability CAP_NET_BIND_SERVICE',
  ENOTFOUND: 'no address is known for that name: correct HTTP_HOST',
};

/** @returns the port; 0 takes any */
async function listenOnce(host: string, wanted: number): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(wanted, host, resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
