/** The games of a run from a pool thread, one record for each time it is asked. */
import { MessageChannel } from 'node:worker_threads';
import type { GamesCall } from '../../pool/reads/read-call.js';

export interface Games {
  /** The next record, or undefined when there is none or the pool thread failed. */
  next(): Promise<Uint8Array | undefined>;
  close(): void;
}

/** @param run dispatches the call, moving its port */
export function openGames(runId: string, run: (call: GamesCall) => Promise<unknown>): Games {
  const { port1: own, port2: port } = new MessageChannel();
  let answer: (piece: Uint8Array | undefined) => void = () => {};
  let closed = false;
  const end = () => {
    closed = true;
    answer(undefined);
  };
  own.on('message', (piece: Uint8Array | null) => answer(piece ?? undefined));
  own.on('close', end);
  run({ kind: 'games', runId, port }).catch(() => own.close());
  return {
    next: () =>
      new Promise((resolve) => {
        answer = resolve;
        if (closed) resolve(undefined);
        else own.postMessage(null);
      }),
    close: () => own.close(),
  };
}
