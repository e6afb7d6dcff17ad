/**
 * How to take back the newest changes of the model: a crash undoes what the store did not have. Positions count changes
 * since the beginning, so that "everything up to the last commit" is one number.
 */
export class UndoLog {
  #undo: (() => void)[] = [];
  #forgotten = 0;

  get position(): number {
    return this.#forgotten + this.#undo.length;
  }

  /** Everything before this position stays. */
  get forgotten(): number {
    return this.#forgotten;
  }

  add(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** Remembers the members of an object before they are replaced. Nested objects must be replaced, never changed. */
  keep(object: object): void {
    const members = Object.entries(object);
    this.add(() => {
      for (const name of Object.keys(object)) delete (object as Record<string, unknown>)[name];
      for (const [name, value] of members) (object as Record<string, unknown>)[name] = value;
    });
  }

  /** Takes back everything after the position, newest first. */
  rollBack(position: number): void {
    while (this.position > position) this.#undo.pop()!();
  }

  /** What came before the position stays for good. */
  forget(position: number): void {
    this.#undo.splice(0, position - this.#forgotten);
    this.#forgotten = position;
  }
}
