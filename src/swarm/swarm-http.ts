/**
 * The swarm's way to the server: one undici pool, kept alive, never pipelined, at most one request in flight on each
 * connection. A reply is judged here as the real worker would judge it (docs/spec/worker-api.md §6.2).
 */
import { type Dispatcher, Pool } from 'undici';
import type { WorkerEndpoint } from '../protocol/worker-endpoints.js';
import type { SwarmOptions } from './options.js';

/** Either an object of the protocol, or what was wrong. */
export type Reply =
  | { readonly kind: 'object'; readonly status: number; readonly body: Readonly<Record<string, unknown>> }
  /** The connection failed or the time was up: the server may or may not have acted. */
  | { readonly kind: 'broken'; readonly problem: string }
  /** Answered, but a worker cannot use it: no JSON, no object, no duration, or a status of 500 and more. */
  | { readonly kind: 'unusable'; readonly status: number; readonly problem: string };

/** The real worker's limit, for connecting as for silence. */
const TIMEOUT_MS = 30_000;
/** Below the 10 s after which a server closes an idle connection at the earliest. */
const KEEP_ALIVE_MS = 4_000;

/** Requests whose repetition leaves the server as one would: a repeated beat, or an update with the same running totals. */
const REPEATABLE: ReadonlySet<WorkerEndpoint> = new Set([
  'request_version',
  'update_task',
  'beat',
  'failed_task',
]);
const CLOSED_UNDER_US: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

type WireOptions = Partial<Pick<SwarmOptions, 'ca' | 'tlsName' | 'keepAlive'>>;

export class Wire {
  readonly #pool: Pool;
  #inFlight = 0;
  #repeated = 0;

  /** @param options whether connections are kept, and how an https server's certificate is checked */
  constructor(origin: string, connections: number, { ca, tlsName, keepAlive = true }: WireOptions = {}) {
    this.#pool = new Pool(origin, {
      connections,
      // None at all closes the connection after each request.
      pipelining: keepAlive ? 1 : 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      connect: {
        timeout: TIMEOUT_MS,
        ...(ca === undefined ? {} : { ca }),
        ...(tlsName === undefined ? {} : { servername: tlsName }),
      },
    });
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** How many requests were sent a second time. */
  get repeated(): number {
    return this.#repeated;
  }

  /**
   * @param from the address and country that a proxy would have put in; `done` is called once, and told whether the
   * request was sent twice, so that the server may have acted on it before the reply.
   */
  post(
    kind: WorkerEndpoint,
    body: string,
    from: Origin,
    mayRepeat: boolean,
    done: (reply: Reply, repeated: boolean) => void,
  ): void {
    this.#inFlight += 1;
    const finish = (reply: Reply, repeated: boolean): void => {
      this.#inFlight -= 1;
      done(reply, repeated);
    };
    const options: Dispatcher.DispatchOptions = {
      method: 'POST',
      path: `/api/${kind}`,
      body,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'python-requests/2.32.3',
        accept: '*/*',
        'x-forwarded-for': from.address,
        'x-country-code': from.country,
      },
    };
    const canRepeat = mayRepeat && REPEATABLE.has(kind);
    this.#pool.dispatch(
      options,
      new Exchange((reply, code) => {
        if (!canRepeat || reply.kind !== 'broken' || !CLOSED_UNDER_US.has(code)) return finish(reply, false);
        this.#repeated += 1;
        this.#pool.dispatch(options, new Exchange((again) => finish(again, true)));
      }),
    );
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

export interface Origin {
  readonly address: string;
  readonly country: string;
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #done: (reply: Reply, code: string) => void;
  #status = 0;
  readonly #chunks: Buffer[] = [];

  constructor(done: (reply: Reply, code: string) => void) {
    this.#done = done;
  }

  onRequestStart(): void {
    this.#status = 0;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(Buffer.from(chunk));
  }

  onResponseEnd(): void {
    const bytes = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#done(judge(this.#status, bytes.toString('utf8')), '');
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    this.#done({ kind: 'broken', problem: code }, this.#status === 0 ? code : '');
  }
}

/** What a worker makes of a status and a body. */
export function judge(status: number, text: string): Reply {
  const unusable = (problem: string): Reply => ({ kind: 'unusable', status, problem });
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return unusable(`status ${status}, the body is not JSON: ${text.slice(0, 80)}`);
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return unusable(`status ${status}, the body is not an object: ${text.slice(0, 80)}`);
  }
  const fields = body as Record<string, unknown>;
  if (typeof fields['duration'] !== 'number') {
    return unusable(`status ${status}, no numeric duration: ${text.slice(0, 80)}`);
  }
  if (status >= 500) return unusable(`status ${status}: ${text.slice(0, 160)}`);
  return { kind: 'object', status, body: fields };
}
