/** Why an operation of a person is not carried out. The one error of all of them: nothing was changed. */

/** invalid: the input; forbidden: this person; unknown: what it names; conflict: the state that it is in. */
export type RefusalCode = 'invalid' | 'forbidden' | 'unknown' | 'conflict';

export class OperationRefused extends Error {
  readonly code: RefusalCode;
  /** Everything that is wrong, in sentences; the message alone where there is one thing. */
  readonly problems: readonly string[];

  constructor(code: RefusalCode, message: string, problems: readonly string[] = [message]) {
    super(message);
    this.name = 'OperationRefused';
    this.code = code;
    this.problems = problems;
  }
}
