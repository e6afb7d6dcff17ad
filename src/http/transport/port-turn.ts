/**
 * Turns of the servers of one machine at a port. Several threads of a server share its port, and the kernel lets every other server
 * share it as well: between the look whether it is free and the moment in which all listen, another one could look, too. The turn is
 * a name among Linux's abstract sockets, which nobody else can have and which goes with its process.
 */
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than a start takes on a busy machine. Whoever has the name for longer is no server that starts. */
const LONGEST_TURN_MS = 60_000;
const LOOK_MS = 20;

/** Looks at a port and listens on it in `act`, while no other server does. */
export async function inPortTurn<T>(port: number, act: () => Promise<T>): Promise<T> {
  const endTurn = await takeTurn(port);
  try {
    return await act();
  } finally {
    endTurn();
  }
}

/** @returns what ends the turn. Where there are no such names there are no turns. */
async function takeTurn(port: number): Promise<() => void> {
  const noTurn = () => {};
  if (process.platform !== 'linux') return noTurn;
  for (const latest = performance.now() + LONGEST_TURN_MS; performance.now() < latest; await sleep(LOOK_MS)) {
    const holder = createServer();
    try {
      const path = `\0shoal-port-${port}`;
      await new Promise<void>((resolve, reject) => holder.once('error', reject).listen({ path }, resolve));
      return () => void holder.close();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return noTurn;
    }
  }
  return noTurn;
}
