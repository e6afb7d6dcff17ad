/**
 * request_task calls that arrive in the same turn of the event loop travel to the pool as one dispatched call: a round
 * trip to another thread costs more than a scheduling decision, and decisions are made one at a time anyway.
 */
import type { Reply, WorkerCall } from '../operations/context.js';
import type { BatchedReply, PoolCall } from './pool-messages.js';

/** Calls of a batch: a batch is one token, and a pool thread is busy with it for about a millisecond at most. */
const LARGEST_BATCH = 32;

interface Waiting {
  readonly call: WorkerCall;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
}

export class TaskBatches {
  readonly #run: (call: PoolCall) => Promise<unknown>;
  #waiting: Waiting[] = [];

  constructor(run: (call: PoolCall) => Promise<unknown>) {
    this.#run = run;
  }

  /** Rejects when the operation failed, or when the whole batch was refused or lost. */
  request(call: WorkerCall): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#flush());
      this.#waiting.push({ call, resolve, reject });
      if (this.#waiting.length === LARGEST_BATCH) this.#flush();
    });
  }

  #flush(): void {
    const batch = this.#waiting;
    if (batch.length === 0) return;
    this.#waiting = [];
    const calls = batch.map(({ call }) => call);
    (this.#run({ kind: 'requestTasks', calls }) as Promise<BatchedReply[]>).then(
      (replies) => {
        for (const [i, { resolve, reject }] of batch.entries()) {
          const reply = replies[i]!;
          if ('failure' in reply) reject(new Error(reply.failure));
          else resolve(reply);
        }
      },
      (error) => {
        for (const { reject } of batch) reject(error);
      },
    );
  }
}
