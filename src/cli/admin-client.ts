/** Finds the running server through its data directory and asks it for one thing at a time. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Settings } from '../config/live-settings.js';
import { ConfigError } from '../config/read-config.js';
import { dataDirectory, pathProblem } from '../config/store-url.js';
import {
  ADMIN_ADDRESS_FILE,
  ADMIN_TOKEN_FILE,
  type AdminAnswer,
  type AdminRequest,
  type AdminVerb,
  adminPath,
} from '../protocol/admin.js';
import { CliFailure, RefusedError, UnreachableError, UsageError } from './failures.js';

/** A backup of a large store is the slowest verb. */
const ANSWER_WITHIN_MS = 600_000;

export interface ClientOptions {
  readonly url?: string | undefined;
  readonly data?: string | undefined;
  readonly tokenFile?: string | undefined;
}

/** The data directory: --data, else where a server with this environment keeps it. */
function directoryOf({ data }: ClientOptions, env: NodeJS.ProcessEnv): string {
  const directory = data || dataDirectory(settingsOf(env));
  const problem = pathProblem(directory);
  if (problem !== undefined) throw new UsageError(`the data directory ${directory} ${problem}`);
  return resolve(directory);
}

/** As the server reads them, its file of settings included; with a mistake anywhere, as this environment has them. */
function settingsOf(env: NodeJS.ProcessEnv): { SHOAL_DATA: string; STORE_URL: string } {
  try {
    return new Settings(env).config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { SHOAL_DATA = '', STORE_URL = '' } = env;
    return { SHOAL_DATA, STORE_URL };
  }
}

export class AdminClient {
  readonly #options: ClientOptions;
  readonly #directory: string;

  constructor(options: ClientOptions, env: NodeJS.ProcessEnv) {
    this.#options = options;
    this.#directory = directoryOf(options, env);
  }

  /** Throws RefusedError with the server's words, or UnreachableError. */
  async call<V extends AdminVerb>(verb: V, request: AdminRequest<V>): Promise<AdminAnswer<V>> {
    const url = await this.#url();
    const token = await this.token();
    const answer = await this.#post(new URL(adminPath(verb), url), token, JSON.stringify(request));
    if (answer.status === 401)
      throw new RefusedError(`${answer.error} (it was read from ${this.#tokenFile})`);
    if (answer.error !== undefined) throw new RefusedError(answer.error);
    return answer.value as AdminAnswer<V>;
  }

  /** What proves to the server that its data directory can be read. */
  token(): Promise<string> {
    return this.#read(this.#tokenFile);
  }

  get #tokenFile(): string {
    return this.#options.tokenFile ?? join(this.#directory, ADMIN_TOKEN_FILE);
  }

  async #post(url: URL, token: string, body: string): Promise<Answer> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      return readAnswer(response.status, await response.text(), url);
    } catch (error) {
      if (error instanceof CliFailure) throw error;
      throw new UnreachableError(
        `no Shoal server answers at ${url.origin} (${reason(error)}).\n${this.#howToStart()}`,
      );
    }
  }

  async #url(): Promise<URL> {
    const given = this.#options.url;
    const text = given ?? `http://${await this.#read(join(this.#directory, ADMIN_ADDRESS_FILE))}`;
    const url = text.includes('://') ? text : `http://${text}`;
    if (!URL.canParse(url))
      throw new UsageError(`${JSON.stringify(text)} is not an address such as http://127.0.0.1:6544`);
    return new URL(url);
  }

  async #read(file: string): Promise<string> {
    try {
      return (await readFile(file, 'utf8')).trim();
    } catch (error) {
      throw new UnreachableError(
        `cannot read ${file} (${reason(error)}), which a running server keeps in its data directory.\n${this.#howToStart()}`,
      );
    }
  }

  #howToStart(): string {
    return (
      `Start the server with "shoal serve" (this command looked in ${this.#directory}), ` +
      'or name its data directory with --data, or its address with --url and --token-file.'
    );
  }
}

interface Answer {
  readonly status: number;
  readonly value?: unknown;
  /** Set when the server refused. */
  readonly error?: string;
}

function readAnswer(status: number, text: string, url: URL): Answer {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value === 'object' && value !== null) {
    if (status === 200) return { status, value };
    if ('error' in value && typeof value.error === 'string') return { status, error: value.error };
  }
  throw new UnreachableError(
    `what answers at ${url.origin} is not Shoal's admin API (status ${status}): check the address`,
  );
}

/** The shortest true cause: a system error code where there is one. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const code = (error as NodeJS.ErrnoException).code ?? (cause as NodeJS.ErrnoException | undefined)?.code;
  if (typeof code === 'string') return code;
  return cause instanceof Error ? cause.message : error.message;
}
