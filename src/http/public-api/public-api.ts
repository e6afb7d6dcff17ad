/** The public read API on a front thread: reads the request, asks a pool thread, writes the answer. */
import { createHash } from 'node:crypto';
import type { Quota } from '../../github/questions.js';
import type { GamesCall, ReadAnswer, ReadCall, ReadName } from '../../pool/reads/read-call.js';
import { errorReply } from '../../protocol/replies.js';
import { detail, TRY_AGAIN } from '../transport/answers.js';
import type { Client } from '../transport/client.js';
import type { Answer, Exchange } from '../transport/exchange.js';
import { type Games, openGames } from './stream-games.js';

const JSON_TYPE = 'application/json';
const GZIP_TYPE = 'application/gzip';
const CORS: Answer['headers'] = [
  ['Access-Control-Allow-Origin', '*'],
  ['Access-Control-Allow-Headers', 'content-type'],
];

export interface PublicApiOptions {
  /** A pool thread's answer; waits for a token. */
  readonly read: (call: ReadCall) => Promise<ReadAnswer>;
  /** Starts a pool thread's sending, without a token: a slow client must not hold one. */
  readonly sendGames: (call: GamesCall) => Promise<unknown>;
  readonly quota: () => Promise<Quota>;
  /** Where networks lie, without a slash at the end; undefined: at the address that the client used. */
  readonly nnUrl: string | undefined;
  readonly bodyLimit: number;
  readonly onError: (error: unknown, path: string) => void;
}

/** What is kept of a request: uWS takes it back when the handler returns. */
export interface PublicRequest {
  /** URL-decoded. */
  readonly path: string;
  readonly query: string;
  readonly isHead: boolean;
  readonly isPost: boolean;
  readonly ifNoneMatch: string;
  readonly client: Client;
}

export class PublicApi {
  readonly #options: PublicApiOptions;
  readonly #downloads = new Set<Games>();

  constructor(options: PublicApiOptions) {
    this.#options = options;
  }

  /** Answers, sooner or later. Never throws. */
  serve(request: PublicRequest, exchange: Exchange): void {
    const began = performance.now();
    const { bodyLimit } = this.#options;
    if (!request.isPost) {
      void this.#answer(request, exchange, began);
      return;
    }
    exchange.body(bodyLimit, (body) => {
      if (body === undefined) {
        const text = `the body is longer than ${bodyLimit} bytes`;
        exchange.send({ ...refusal(413, request.path, text, began), close: true });
      } else {
        void this.#answer(request, exchange, began, Uint8Array.from(body));
      }
    });
  }

  /** Ends the downloads under way. */
  close(): void {
    for (const games of this.#downloads) games.close();
  }

  async #answer(request: PublicRequest, exchange: Exchange, began: number, body?: Uint8Array): Promise<void> {
    try {
      const [, , name, ...params] = request.path.split('/') as [string, string, ReadName, ...string[]];
      if ((name as string) === 'rate_limit') {
        exchange.send(json(JSON.stringify(await this.#options.quota())));
        return;
      }
      const { isHead } = request;
      const query = lastValues(request.query);
      const call: ReadCall = { kind: 'read', name, params, query, isHead, ...(body && { body }) };
      this.#reply(await this.#options.read(call), request, exchange, began);
    } catch (error) {
      this.#options.onError(error, request.path);
      exchange.send(TRY_AGAIN);
    }
  }

  #reply(answer: ReadAnswer, request: PublicRequest, exchange: Exchange, began: number): void {
    const name = request.path.slice(request.path.lastIndexOf('/') + 1);
    switch (answer.kind) {
      case 'json':
        exchange.send(conditional(json(answer.json, answer.cors ? CORS : []), request));
        return;
      case 'refused':
        exchange.send(refusal(answer.status, request.path, answer.text, began));
        return;
      case 'crashed':
        exchange.send(detail(500, 'Internal Server Error'));
        return;
      case 'net':
        exchange.send({ status: 302, headers: [['Location', this.#netUrl(answer.name, request.client)]] });
        return;
      case 'file': {
        const headers = [...attachment(name), ['Content-Encoding', 'gzip'] as const];
        const pieces = [answer.bytes];
        const head = { status: 200, contentType: GZIP_TYPE, headers };
        void exchange.stream(
          head,
          answer.bytes.length,
          async () => pieces.pop(),
          () => {},
        );
        return;
      }
      case 'games':
        this.#sendGames(answer, name, exchange);
    }
  }

  #sendGames({ runId, size }: ReadAnswer & { kind: 'games' }, name: string, exchange: Exchange): void {
    let games: Games | undefined;
    const next = () => {
      if (games === undefined) {
        games = openGames(runId, this.#options.sendGames);
        this.#downloads.add(games);
      }
      return games.next();
    };
    const head = { status: 200, contentType: GZIP_TYPE, headers: attachment(name) };
    void exchange.stream(head, size, next, () => {
      if (games === undefined) return;
      this.#downloads.delete(games);
      games.close();
    });
  }

  #netUrl(name: string, { scheme, host }: Client): string {
    return `${this.#options.nnUrl ?? `${scheme}://${host}`}/nn/${encodeURIComponent(name)}`;
  }
}

function json(body: string, headers: Answer['headers'] = []): Answer {
  return { status: 200, contentType: JSON_TYPE, headers, body };
}

function refusal(status: number, path: string, text: string, began: number): Answer {
  const seconds = (performance.now() - began) / 1000;
  return { status, contentType: JSON_TYPE, body: errorReply(path, text, seconds) };
}

/** With a tag of the content, and without the content if the client has it. */
function conditional(answer: Answer, { ifNoneMatch, isPost }: PublicRequest): Answer {
  if (isPost) return answer;
  const tag = `"${createHash('sha1')
    .update(answer.body ?? '')
    .digest('base64url')}"`;
  const headers = [...(answer.headers ?? []), ['ETag', tag] as const];
  const isKnown = ifNoneMatch.split(',').some((known) => known.trim().replace(/^W\//, '') === tag);
  return isKnown ? { status: 304, headers } : { ...answer, headers };
}

/** A name from a path may hold anything; a header may not. */
function attachment(name: string): (readonly [string, string])[] {
  const safe = name.replaceAll(/[^\x20-\x7e]|["\\]/g, '_');
  return [['Content-Disposition', `attachment; filename="${safe}"`]];
}

/** Of keys that come twice the last counts. */
function lastValues(query: string): Record<string, string> {
  const values: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [key, value] of new URLSearchParams(query)) values[key] = value;
  return values;
}
