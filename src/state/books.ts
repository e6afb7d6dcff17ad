/** The hash of each opening book, which a worker needs with every task (docs/spec/data-model.md §12). */
import type { KeyedTable } from '../memory/tables/keyed-table.js';
import type { Slab } from '../memory/tables/slab.js';
import type { BookMetadata } from '../model/documents.js';

/** The memory that holds them is reserved at the start. */
export const MOST_BOOKS = 1024;

export class Books {
  readonly #table: KeyedTable;
  readonly #slab: Slab;

  constructor(table: KeyedTable, slab: Slab) {
    this.#table = table;
    this.#slab = slab;
  }

  /** Base64 of the book's SHA-384 as its metadata spells it, or undefined for an unknown book. */
  sri(book: string): string | undefined {
    return this.#table.update(book, false, (offset) =>
      this.#slab.copy(this.#table.i32[offset]! >>> 0).toString(),
    );
  }

  set(books: Readonly<Record<string, BookMetadata>>): void {
    for (const [book, metadata] of Object.entries(books)) {
      this.#table.update(book, true, (offset) => {
        const old = this.#table.i32[offset]! >>> 0;
        this.#table.i32[offset] = this.#slab.put(Buffer.from(metadata.sri));
        if (old !== 0) this.#slab.free(old);
      });
    }
  }
}
