/** Why an operation of a person is not carried out. The one error of all of them: nothing was changed. */

/** invalid: the input; forbidden: this person; unknown: what it names; conflict: the state that it is in. */
export type RefusalCode = 'invalid' | 'forbidden' | 'unknown' | 'conflict';

/** One thing that is wrong with an input. */
export interface Fault {
  /** The member of the input that it is about. */
  readonly member: string;
  /** A sentence without its full stop; mostly it begins with the member's name. */
  readonly text: string;
  /** Name of a book or network that the server does not know, where that is the fault. */
  readonly unknown?: string;
}

export class OperationRefused extends Error {
  readonly code: RefusalCode;
  /** Everything that is wrong with the input, where the operation tells it member by member. */
  readonly faults: readonly Fault[];

  constructor(code: RefusalCode, message: string, faults: readonly Fault[] = []) {
    super(message);
    this.name = 'OperationRefused';
    this.code = code;
    this.faults = faults;
  }

  /** Everything that is wrong, in sentences; the message alone where there is one thing. */
  get problems(): readonly string[] {
    return this.faults.length === 0 ? [this.message] : this.faults.map(({ text }) => text);
  }
}
