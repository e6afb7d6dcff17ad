/**
 * request_task calls travel to the pool in batches, one batch of a front thread at a time: a round trip to another thread
 * costs more than a scheduling decision, and decisions are made one after the other anyway, so that a second batch would
 * only contend with the first for the mutex, at the price of a context switch a decision. While one is away, the next gathers.
 */
import type { Reply, WorkerCall } from '../operations/context.js';
import { type BatchedReply, type PoolCall, packCalls } from './calls.js';

/** Calls of a batch: a batch is one token, and a pool thread is busy with it for about a millisecond at most. */
const LARGEST_BATCH = 32;
/** A batch that is away for longer than this, in milliseconds, holds up no other: its thread may hang, or have died. */
const PATIENCE_MS = 50;

interface Waiting {
  readonly call: WorkerCall;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
}

export class TaskBatches {
  readonly #run: (call: PoolCall) => Promise<unknown>;
  #waiting: Waiting[] = [];
  #willSend = false;
  #away = 0;
  #sentAt = 0;

  constructor(run: (call: PoolCall) => Promise<unknown>) {
    this.#run = run;
  }

  /** Rejects when the operation failed, or when the whole batch was refused or lost. */
  request(call: WorkerCall): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ call, resolve, reject });
      if (this.#willSend || (this.#away > 0 && performance.now() - this.#sentAt < PATIENCE_MS)) return;
      this.#willSend = true;
      // What else arrives in this turn of the event loop comes along.
      setImmediate(() => {
        this.#willSend = false;
        this.#send();
      });
    });
  }

  #send(): void {
    if (this.#waiting.length === 0) return;
    const batch = this.#waiting.slice(0, LARGEST_BATCH);
    this.#waiting = this.#waiting.slice(LARGEST_BATCH);
    this.#away++;
    this.#sentAt = performance.now();
    const calls = packCalls(batch.map(({ call }) => call));
    (this.#run({ kind: 'requestTasks', calls }) as Promise<BatchedReply[]>)
      .then(
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
      )
      .finally(() => {
        this.#away--;
        this.#send();
      });
  }
}
