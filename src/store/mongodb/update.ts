/** Gathers the $set and $unset of one document. */
import type { Document } from 'mongodb';
import type { GroupOperation } from './group-operations.js';

export class Update {
  readonly #set: Document = {};
  readonly #unset: Document = {};

  set(path: string, value: unknown): void {
    this.#set[path] = value;
  }

  /** Undefined removes the member. */
  put(path: string, value: unknown): void {
    if (value === undefined) this.#unset[path] = true;
    else this.#set[path] = value;
  }

  fresh(): Update {
    return new Update();
  }

  get isEmpty(): boolean {
    return Object.keys(this.#set).length + Object.keys(this.#unset).length === 0;
  }

  operation(collection: string, filter: Document): GroupOperation {
    const update: Document = {};
    if (Object.keys(this.#set).length > 0) update['$set'] = this.#set;
    if (Object.keys(this.#unset).length > 0) update['$unset'] = this.#unset;
    return { collection, operation: { updateOne: { filter, update } } };
  }
}
