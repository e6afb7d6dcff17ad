/** What every command is given: a way to ask the server, and one to answer the operator. */
import type { AdminAnswer, AdminRequest, AdminVerb } from '../protocol/admin.js';
import { AdminClient, type ClientOptions } from './admin-client.js';

/** The process around a command, as far as commands may touch it. */
export interface ProcessIo {
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: AsyncIterable<Buffer | string>;
  readonly write: (text: string) => void;
  readonly warn: (text: string) => void;
}

export interface GlobalOptions extends ClientOptions {
  readonly json?: boolean;
}

export class Session {
  readonly #around: ProcessIo;
  readonly #globals: () => GlobalOptions;

  /** `globals` is asked when a command runs, since the command line is read after the commands are made. */
  constructor(around: ProcessIo, globals: () => GlobalOptions) {
    this.#around = around;
    this.#globals = globals;
  }

  get env(): NodeJS.ProcessEnv {
    return this.#around.env;
  }

  call<V extends AdminVerb>(verb: V, request: AdminRequest<V>): Promise<AdminAnswer<V>> {
    return new AdminClient(this.#globals(), this.#around.env).call(verb, request);
  }

  /** Prints the answer as JSON if that was asked for, else what `human` makes of it. */
  show<Answer extends object>(answer: Answer, human: (answer: Answer) => string): void {
    const text = this.#globals().json === true ? JSON.stringify(answer, null, 2) : human(answer);
    this.#around.write(`${text}\n`);
  }

  /** All of standard input, without its last line end. */
  async readInput(): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.#around.stdin) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks)
      .toString('utf8')
      .replace(/\r?\n$/, '');
  }
}
