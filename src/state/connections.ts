/** How many active tasks each remote address has; an address without any has no entry. */
import type { KeyedTable } from '../memory/tables/keyed-table.js';
import type { UndoLog } from './run-undo.js';

export const CONNECTION_WORDS = 2;

export class Connections {
  readonly #table: KeyedTable;
  readonly #undoLog: Pick<UndoLog, 'words' | 'connectionsOffset'>;

  constructor(table: KeyedTable, undoLog: Pick<UndoLog, 'words' | 'connectionsOffset'>) {
    this.#table = table;
    this.#undoLog = undoLog;
    table.isFilled = (offset) => table.i32[offset]! > 0;
  }

  count(address: string): number {
    return this.#table.update(address, false, (offset) => this.#table.i32[offset]!) ?? 0;
  }

  add(address: string): void {
    this.#table.update(address, true, (offset) => {
      const { words, connectionsOffset } = this.#undoLog;
      // Nothing may come between the two: a thread can die wherever a function is called or a loop goes round.
      this.#table.i32[offset]!++;
      words[connectionsOffset] = 1;
    });
  }

  /** Takes one away; false when the address had none, which says that the counts went wrong. */
  subtract(address: string): boolean {
    const left = this.#table.update(address, false, (offset) => {
      const { words, connectionsOffset } = this.#undoLog;
      const count = --this.#table.i32[offset]!;
      words[connectionsOffset] = -1;
      return count;
    });
    if (left === 0) this.#table.remove(address, (offset) => this.#table.i32[offset] === 0);
    return left !== undefined;
  }

  /** How many there are. */
  size(): number {
    return this.#table.size();
  }

  /** Addresses with less than no tasks: nothing removes such an entry, so its key can be read. */
  overdrawn(): string[] {
    return [...this.#table.entries()]
      .filter((record) => this.#table.i32[this.#table.at(record)]! < 0)
      .map((record) => this.#table.key(record));
  }

  entries(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const record of this.#table.entries()) {
      counts.set(this.#table.key(record), this.#table.i32[this.#table.at(record)]!);
    }
    return counts;
  }
}
