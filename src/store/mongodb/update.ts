/**
 * What is to be set and removed in one document. Later updates of the document join, so that it is written once for many:
 * what they name is kept as a tree, since MongoDB refuses an update that names both a member and a part of it.
 */
import type { Document } from 'mongodb';
import type { BatchOperation } from './batch-operations.js';

/** Members that one request sets: a server may walk a long run's tasks for each of them. */
export const MEMBERS_A_REQUEST = 256;

/** A value to be set; undefined removes the member. */
class Leaf {
  value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

type Branch = Map<string, Branch | Leaf>;

export class Update {
  readonly collection: string;
  readonly id: unknown;
  readonly #members: Branch = new Map();
  #size = 0;
  #creates: boolean;

  /** @param creates the document may not be there yet */
  constructor(collection: string, id: unknown, creates = false) {
    this.collection = collection;
    this.id = id;
    this.#creates = creates;
  }

  /** From what `operation` gave, as it was stored. @throws TypeError for another operation */
  static from({ collection, operation }: BatchOperation): Update {
    if (!('updateOne' in operation)) throw new TypeError(`not an update of ${collection}`);
    const { filter, update, upsert } = operation.updateOne;
    const { $set = {}, $unset = {} } = update as Record<'$set' | '$unset', Document | undefined>;
    const made = new Update(collection, filter['_id'], Boolean(upsert));
    for (const [path, value] of Object.entries($set)) made.put(path, value);
    for (const path of Object.keys($unset)) made.put(path, undefined);
    return made;
  }

  /** Names the document. */
  get key(): string {
    return `${this.collection}/${String(this.id)}`;
  }

  get isEmpty(): boolean {
    return this.#members.size === 0;
  }

  /** How many members it names. */
  get size(): number {
    return this.#size;
  }

  /** Each member's path and value; undefined removes it. */
  members(): Iterable<[path: string[], value: unknown]> {
    return leaves(this.#members);
  }

  /** Takes out as many members as given, or all. */
  take(most: number): Update {
    const taken = new Update(this.collection, this.id, this.#creates);
    let left = most;
    for (const [path, value] of leaves(this.#members)) {
      if (left-- === 0) break;
      taken.#place(path, value);
    }
    for (const [path] of leaves(taken.#members)) remove(this.#members, path);
    this.#size -= taken.#size;
    return taken;
  }

  /** @param value undefined removes the member; one that is an object is the update's own from here on */
  put(path: string, value: unknown): void {
    this.#place(path.split('.'), value);
  }

  #place(path: readonly string[], value: unknown): void {
    this.#size += place(this.#members, path, value);
  }

  /** Takes over what a later update of the same document holds. */
  join(later: Update): void {
    this.#creates ||= later.#creates;
    for (const [path, value] of leaves(later.#members)) this.#place(path, value);
  }

  /** What a member of the document itself is set to; undefined when it is not, or removed. */
  valueOf(name: string): unknown {
    const member = this.#members.get(name);
    return member instanceof Leaf ? member.value : undefined;
  }

  /**
   * @param guard what the document must be besides
   * @param more further members of the document; undefined removes one
   */
  operation(guard: Document = {}, more: Readonly<Record<string, unknown>> = {}): BatchOperation {
    const [$set, $unset]: [Document, Document] = [{}, {}];
    const members = [...leaves(this.#members)].map(([path, value]) => [path.join('.'), value] as const);
    for (const [path, value] of [...members, ...Object.entries(more)]) {
      if (value === undefined) $unset[path] = true;
      else $set[path] = value;
    }
    const update: Document = {
      ...(Object.keys($set).length > 0 && { $set }),
      ...(Object.keys($unset).length > 0 && { $unset }),
    };
    const filter = { _id: this.id, ...guard } as Document;
    const updateOne = { filter, update, ...(this.#creates && { upsert: true }) };
    return { collection: this.collection, operation: { updateOne } };
  }
}

/** @returns how many members are named more than before */
function place(members: Branch, path: readonly string[], value: unknown): number {
  let branch = members;
  for (const [depth, name] of path.slice(0, -1).entries()) {
    const next = branch.get(name);
    if (next instanceof Leaf) {
      next.value = placed(next.value as Document | undefined, path.slice(depth + 1), value);
      return 0;
    }
    if (next === undefined) branch.set(name, new Map());
    branch = next ?? (branch.get(name) as Branch);
  }
  const name = path.at(-1)!;
  const before = branch.get(name);
  branch.set(name, new Leaf(value));
  if (before instanceof Leaf) return 0;
  return before === undefined ? 1 : 1 - [...leaves(before)].length;
}

function remove(members: Branch, [name, ...rest]: readonly string[]): void {
  const part = members.get(name!);
  if (part instanceof Map && rest.length > 0) remove(part, rest);
  if (part instanceof Leaf || part?.size === 0) members.delete(name!);
}

/** The document with the value under the path, made where there is none. */
function placed(whole: Document | undefined, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  const part = placed(whole?.[name], rest, value);
  if (part !== undefined) return Object.assign(whole ?? {}, { [name]: part });
  if (whole !== undefined) delete whole[name];
  return whole;
}

function* leaves(branch: Branch, before: readonly string[] = []): Generator<[string[], unknown]> {
  for (const [name, member] of branch) {
    const path = [...before, name];
    if (member instanceof Leaf) yield [path, member.value];
    else yield* leaves(member, path);
  }
}
