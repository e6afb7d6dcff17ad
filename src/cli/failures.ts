/** The ways a command can fail, each with the exit code that scripts rely on. */

export abstract class CliFailure extends Error {
  abstract readonly exitCode: number;
}

/** The server refused; its own words are the message. */
export class RefusedError extends CliFailure {
  readonly exitCode = 1;
}

/** The command line, or a file it names, makes no sense. */
export class UsageError extends CliFailure {
  readonly exitCode = 2;
}

/** Nothing that speaks the admin API answered. */
export class UnreachableError extends CliFailure {
  readonly exitCode = 3;
}
