/** A port that is free now, for a server that has to be told its port before it starts. */
import { type AddressInfo, createServer } from 'node:net';

/** @throws Error when the host is none of this machine's addresses */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, host, resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
