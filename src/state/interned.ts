/** Byte strings that many hold and that are kept once, found by their content. */
import type { KeyedTable } from '../memory/tables/keyed-table.js';

/** Payload words of an entry. */
export const INTERNED_WORDS = 2;
const REFERENCES = 0;
/** Tells entries apart that use the same record one after the other. */
const SERIAL = 1;

export class Interned {
  readonly #table: KeyedTable;
  readonly #serials: Int32Array;

  /** @param serials one shared word, from which new entries draw their serial number. */
  constructor(table: KeyedTable, serials: Int32Array) {
    this.#table = table;
    this.#serials = serials;
    table.isFilled = (offset) => table.i32[offset + REFERENCES]! > 0;
  }

  /** Holds a reference to the entry for this content: its number (> 0), and whether it was made just now. */
  retain(content: Uint8Array): { entry: number; isNew: boolean } {
    return this.#table.update(content, true, (offset, record, isNew) => {
      this.#table.i32[offset + REFERENCES]!++;
      if (isNew) this.#table.i32[offset + SERIAL] = Atomics.add(this.#serials, 0, 1);
      return { entry: record + 1, isNew };
    })!;
  }

  /** Holds one more reference to an entry, whose number may stand for another content by now; false when it is gone. */
  retainAgain(entry: number): boolean {
    const { i32 } = this.#table;
    const take = (offset: number) => i32[offset + REFERENCES]! > 0 && ++i32[offset + REFERENCES]! > 0;
    return this.#table.updateRecord(entry - 1, take) ?? false;
  }

  /** Gives a reference back. Answers the content when the entry went with it. */
  release(entry: number): Buffer | undefined {
    const content = Buffer.from(this.#table.keyBytes(entry - 1));
    const references = this.#table.update(
      content,
      false,
      (offset) => --this.#table.i32[offset + REFERENCES]!,
    );
    // In between another thread may have taken it up again.
    const isGone =
      references === 0 && this.#table.remove(content, (offset) => this.#table.i32[offset + REFERENCES] === 0);
    return isGone ? content : undefined;
  }

  /** As `content`, but no copy: to be read before the reference is given back. */
  view(entry: number): Uint8Array {
    return this.#table.keyBytes(entry - 1);
  }

  /** A copy. Call while a reference is held. */
  content(entry: number): Buffer {
    return Buffer.from(this.#table.keyBytes(entry - 1));
  }

  /** Differs from that of any other entry that had the same number. Call while a reference is held. */
  serial(entry: number): number {
    return this.#table.i32[this.#table.at(entry - 1) + SERIAL]!;
  }

  /** How many hold the entry. */
  references(entry: number): number {
    return this.#table.i32[this.#table.at(entry - 1) + REFERENCES]!;
  }

  /** How many entries there are. */
  size(): number {
    return this.#table.size();
  }
}
