/**
 * Requests that bring a file: the page is asked whether the visitor may send one before any of it is read; then the body goes to
 * a page thread as it comes. Whoever is refused in the middle gets the answer at once, and the rest is thrown away as it
 * comes: a browser that is still sending would take a closed connection for a failure of the network.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { PageCall } from '../../pool/pool-messages.js';
import type { Admission } from '../../site/admission.js';
import type { SettledAnswer, SiteRequest } from '../../site/site-messages.js';
import type { BodyFeed } from '../transport/body-feed.js';
import type { Exchange } from '../transport/exchange.js';

/** Of one front thread at once. */
const MOST_FILES = 2;
/** A slower line than 60 KB/s does not bring the largest file in this time; whoever trickles keeps others out no longer. */
const LONGEST_MS = 3_600_000;

export interface FileRequestsOptions {
  /** Asks the page without the body; adds to the admissions what the limits said. */
  readonly ask: (request: SiteRequest, admissions: Admission[]) => Promise<SettledAnswer>;
  readonly runOnce: (call: PageCall, port: MessagePort) => Promise<unknown>;
}

export class FileRequests {
  readonly #options: FileRequestsOptions;
  #files = 0;

  constructor(options: FileRequestsOptions) {
    this.#options = options;
  }

  /** @param length what the client says; 0: it does not */
  async ask(
    request: SiteRequest,
    exchange: Exchange,
    { length, bodyLimit }: { length: number; bodyLimit: number },
  ): Promise<SettledAnswer & { kind: 'page' }> {
    const feed = exchange.feed(bodyLimit);
    const answer = await this.#answer(request, feed, length > bodyLimit ? bodyLimit : undefined);
    feed.drop();
    // Nobody reads without end what somebody sends.
    const isBounded = feed.isWhole || (length > 0 && length <= bodyLimit);
    return isBounded ? answer : { ...answer, close: true };
  }

  /** @param exceeded the limit, where the client says that it sends more */
  async #answer(
    request: SiteRequest,
    feed: BodyFeed,
    exceeded: number | undefined,
  ): Promise<SettledAnswer & { kind: 'page' }> {
    const admissions: Admission[] = [];
    const answer = await this.#options.ask(request, admissions);
    if (answer.kind === 'page') return answer;
    if (exceeded !== undefined) return plain(413, `The file is too large: ${exceeded} bytes are taken.\n`);
    if (this.#files >= MOST_FILES) {
      const text = 'Others are sending files at this moment. Please try again in some minutes.\n';
      return plain(503, text, [['Retry-After', '60']]);
    }
    this.#files++;
    try {
      const sent = await this.#send({ kind: 'site', request, admissions }, feed);
      if (sent.kind !== 'page') throw new Error(`${request.path} does not say what became of the file`);
      return sent;
    } finally {
      this.#files--;
    }
  }

  async #send(call: PageCall & { kind: 'site' }, feed: BodyFeed): Promise<SettledAnswer> {
    const { port1, port2 } = new MessageChannel();
    const tooSlow = setTimeout(() => feed.cut(), LONGEST_MS);
    try {
      feed.attach(port1);
      return (await this.#options.runOnce({ ...call, body: port2 }, port2)) as SettledAnswer;
    } finally {
      clearTimeout(tooSlow);
    }
  }
}

function plain(
  status: number,
  body: string,
  headers: [string, string][] = [],
): SettledAnswer & { kind: 'page' } {
  const all = [
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['Cache-Control', 'no-store'],
    ...headers,
  ] as const;
  return { kind: 'page', status, headers: all as readonly (readonly [string, string])[], body };
}
