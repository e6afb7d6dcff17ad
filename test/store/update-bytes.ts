/**
 * Counts the bytes of the update commands that a driver sends, by collection: its heartbeats and the lease's renewals go by the
 * clock and are no part of what an update costs. Reads OP_MSG of MongoDB's wire protocol: 16 bytes of header that begin with the
 * length, 4 of flags, a section's kind, and the command, whose first member names it and its collection.
 */
import { BSON } from 'mongodb';

const OP_MSG = 2013;
const OP_CODE_AT = 12;
const COMMAND_AT = 21;

export class UpdateBytes {
  readonly #bytes = new Map<string, number>();
  /** What came of a message that is not whole yet, by connection. */
  readonly #begun = new WeakMap<object, Buffer>();

  /** Takes what was sent on one connection, in order. */
  take(connection: object, chunk: Buffer): void {
    let rest = Buffer.concat([this.#begun.get(connection) ?? Buffer.alloc(0), chunk]);
    while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
      const length = rest.readInt32LE(0);
      this.#count(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    this.#begun.set(connection, rest);
  }

  of(...collections: string[]): number {
    return collections.reduce((sum, name) => sum + (this.#bytes.get(name) ?? 0), 0);
  }

  #count(message: Buffer): void {
    if (message.readInt32LE(OP_CODE_AT) !== OP_MSG) return;
    const end = COMMAND_AT + message.readInt32LE(COMMAND_AT);
    const { update } = BSON.deserialize(message.subarray(COMMAND_AT, end)) as { update?: string };
    if (update !== undefined) this.#bytes.set(update, this.of(update) + message.length);
  }
}
