/** Ports that are free now: for a server that has to be told its port before it starts, or that shares it with itself only. */
import { type AddressInfo, createServer } from 'node:net';

/** What an operator sets the address and the port by. */
export interface ListenerSettings {
  readonly host: string;
  readonly port: string;
}

const OF_WORKERS: ListenerSettings = { host: 'HTTP_HOST', port: 'FISHTEST_PORT' };

/** @throws Error with what to do when the host is none of this machine's addresses */
export async function freePort(host = '127.0.0.1', settings = OF_WORKERS): Promise<number> {
  return await listenOnce(host, 0, settings);
}

/**
 * Rejects when a listener on this port would fail, or would share it: a probe that asks for the port alone is refused by the
 * kernel even where all others agreed to share.
 * @throws Error with what to do
 */
export async function requireFreePort(host: string, port: number, settings = OF_WORKERS): Promise<void> {
  await listenOnce(host, port, settings);
}

function reasons({ host, port }: ListenerSettings): Readonly<Record<string, string>> {
  return {
    EADDRINUSE: `another program listens there: stop it, or set ${port} to a port of its own`,
    EADDRNOTAVAIL: `this machine has no such address: set ${host} to one that it has, or to 0.0.0.0`,
    EACCES: 'this user may not: a port below 1024 needs the capability CAP_NET_BIND_SERVICE',
    ENOTFOUND: `no address is known for that name: correct ${host}`,
    EMFILE:
      'this process may open no more files: raise its limit (LimitNOFILE of the systemd unit, ulimit -n)',
  };
}

/** @returns the port; 0 takes any. @throws Error with what to do */
async function listenOnce(host: string, wanted: number, settings: ListenerSettings): Promise<number> {
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(wanted, host, resolve));
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const why = reasons(settings)[code] ?? (error instanceof Error ? error.message : String(error));
    throw new Error(`cannot listen on ${host}:${wanted}: ${why}`, { cause: error });
  }
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
