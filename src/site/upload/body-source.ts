/** A long body as it comes from a front thread: each piece is asked for when the one before it is disposed of. */
import type { MessagePort } from 'node:worker_threads';
import type { BodyMessage } from '../site-messages.js';

/** The body did not come whole: the client went, took too long, or sent more than is taken. */
export class BodyCut extends Error {
  override readonly name = 'BodyCut';
  readonly isTooLong: boolean;

  constructor(isTooLong: boolean) {
    super(isTooLong ? 'the form is longer than what is taken' : 'the form did not arrive whole');
    this.isTooLong = isTooLong;
  }
}

/** @throws BodyCut */
export async function* readBody(port: MessagePort): AsyncGenerator<Uint8Array> {
  const come: BodyMessage[] = [];
  let wake = () => {};
  const push = (message: BodyMessage) => {
    come.push(message);
    wake();
  };
  port.on('message', push);
  port.on('close', () => push('cut'));
  try {
    for (;;) {
      if (come.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      const message = come.shift()!;
      if (message === 'end') return;
      if (typeof message === 'string') throw new BodyCut(message === 'too long');
      yield message;
      port.postMessage(message.length);
    }
  } finally {
    port.close();
  }
}
