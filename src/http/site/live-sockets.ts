/**
 * A front thread's sockets for live updates (docs/spec/web-ui.md §3): who watches what, and sending it. One socket a page. A
 * page says what it watches, gets all of it once and then what changes. Nothing is rendered here: this thread serves workers.
 *
 * Everything is bounded: sockets, those of an address, topics of a socket, messages from it, bytes that wait for it. Who is
 * refused or dropped asks for parts of the page as before, and tries again later.
 */
import type { HttpRequest, HttpResponse, TemplatedApp, us_socket_context_t, WebSocket } from 'uWebSockets.js';
import type { Tally } from '../../memory/counters/tally.js';
import type { TopicNews } from '../../site/live/live-messages.js';
import { findTopic } from '../../site/live/topics.js';
import { isOwnOrigin } from '../../site/own-post.js';
import type { Client } from '../transport/client.js';

const LIVE_PATH = '/live';
/** Of the sockets of a thread, so that one address cannot have them all. */
const SHARE_OF_ADDRESS = 0.25;
const LEAST_OF_ADDRESS = 16;
const MOST_TOPICS = 16;
/** Topics of all sockets of a thread. */
const MOST_WATCHED = 1_000;
/** From one socket in a minute: a page says what it watches when it opens, and when a part of it is replaced. */
const MESSAGES_PER_MINUTE = 60;
const LONGEST_MESSAGE = 2_048;
/** Bytes that wait for a socket: whoever reads more slowly is dropped. */
const MOST_WAITING_BYTES = 1_048_576;
/** Pings are sent by themselves in time. */
const IDLE_S = 60;
/** By which a page knows that its socket lives; less than a proxy waits for something to read. */
const HEARTBEAT_MS = 25_000;
/** Sockets that are sent to in one turn: requests of workers pass in between. */
const SENDS_A_TURN = 50;
const CloseCode = { policy: 1008, restart: 1012, later: 1013 } as const;

interface Viewer {
  readonly address: string;
  readonly topics: Set<string>;
  messages: number;
  minute: number;
}
type Socket = WebSocket<Viewer>;

export interface LiveSocketsOptions {
  /** Sockets that this thread may have. */
  readonly most: number;
  readonly isPrimary: boolean;
  readonly meters: { readonly liveSockets: Tally; readonly liveDropped: Tally };
  /** Whether no connection should begin: the server stops. */
  readonly isClosing: () => boolean;
  readonly readClient: (request: HttpRequest, peer: ArrayBuffer) => Pick<Client, 'remoteAddr' | 'host'>;
  /** What is watched here has changed, or somebody needs all of it. */
  readonly onWanted: () => void;
}

interface Watched {
  readonly sockets: Set<Socket>;
  /** Those of them that have got nothing yet. */
  readonly newcomers: Set<Socket>;
}

export class LiveSockets {
  readonly #options: LiveSocketsOptions;
  readonly #sockets = new Set<Socket>();
  readonly #watched = new Map<string, Watched>();
  readonly #addresses = new Map<string, number>();
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(options: LiveSocketsOptions) {
    this.#options = options;
  }

  /** Takes sockets of an app of this thread. */
  attach(app: TemplatedApp): void {
    app.ws<Viewer>(LIVE_PATH, {
      maxPayloadLength: LONGEST_MESSAGE,
      idleTimeout: IDLE_S,
      maxBackpressure: MOST_WAITING_BYTES,
      upgrade: (response, request, context) => this.#upgrade(response, request, context),
      open: (socket) => this.#open(socket),
      message: (socket, message) => this.#hear(socket, Buffer.from(message).toString('utf8')),
      close: (socket) => this.#forget(socket),
    });
  }

  /** Topics that somebody watches here; true: somebody needs all of it. */
  wanted(): ReadonlyMap<string, boolean> {
    return new Map([...this.#watched].map(([topic, { newcomers }]) => [topic, newcomers.size > 0]));
  }

  /** Sends what was rendered to those who watch it. */
  async deliver({ topic, changes, full, isLast }: TopicNews): Promise<void> {
    const watched = this.#watched.get(topic);
    if (watched === undefined) return;
    const { sockets, newcomers } = watched;
    const fresh = full === undefined ? [] : [...newcomers];
    const others = [...sockets].filter((socket) => !newcomers.has(socket));
    for (const socket of fresh) newcomers.delete(socket);
    if (full !== undefined) await this.#send(fresh, full);
    if (changes !== undefined) await this.#send(others, changes);
    if (!isLast) return;
    for (const socket of sockets) this.#unwatch(socket, topic);
    this.#options.onWanted();
  }

  /** Pages connect again, to whoever serves then. */
  close(): void {
    for (const socket of [...this.#sockets]) socket.end(CloseCode.restart, 'the server stops');
  }

  #upgrade(response: HttpResponse, request: HttpRequest, context: us_socket_context_t): void {
    const { most, isClosing, readClient } = this.#options;
    const { remoteAddr: address, host } = readClient(request, response.getRemoteAddress());
    const ofAddress = this.#addresses.get(address) ?? 0;
    const mostOfAddress = Math.max(LEAST_OF_ADDRESS, most * SHARE_OF_ADDRESS);
    if (!isOwnOrigin(request.getHeader('origin'), host)) refuse(response, '403 Forbidden');
    else if (isClosing()) refuse(response, '503 Service Unavailable');
    else if (this.#sockets.size >= most || ofAddress >= mostOfAddress)
      refuse(response, '503 Service Unavailable');
    else {
      const viewer: Viewer = { address, topics: new Set(), messages: 0, minute: 0 };
      response.upgrade(
        viewer,
        request.getHeader('sec-websocket-key'),
        request.getHeader('sec-websocket-protocol'),
        request.getHeader('sec-websocket-extensions'),
        context,
      );
    }
  }

  #open(socket: Socket): void {
    const { address } = socket.getUserData();
    this.#sockets.add(socket);
    this.#addresses.set(address, (this.#addresses.get(address) ?? 0) + 1);
    this.#options.meters.liveSockets.add(1);
    this.#heartbeat ??= setInterval(() => void this.#send([...this.#sockets], '{}'), HEARTBEAT_MS);
  }

  #forget(socket: Socket): void {
    const { address, topics } = socket.getUserData();
    this.#sockets.delete(socket);
    const others = (this.#addresses.get(address) ?? 1) - 1;
    if (others === 0) this.#addresses.delete(address);
    else this.#addresses.set(address, others);
    for (const topic of [...topics]) this.#unwatch(socket, topic);
    this.#options.meters.liveSockets.add(-1);
    this.#options.onWanted();
    if (this.#sockets.size > 0) return;
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
  }

  /** A page says all that it watches: `{"watch":["home"]}`. It is told which of that it gets. */
  #hear(socket: Socket, text: string): void {
    const viewer = socket.getUserData();
    const minute = Math.floor(performance.now() / 60_000);
    if (viewer.minute !== minute) Object.assign(viewer, { minute, messages: 0 });
    const asked = readWatch(text);
    if (++viewer.messages > MESSAGES_PER_MINUTE || asked === undefined) {
      socket.end(CloseCode.policy, 'no such message');
      return;
    }
    const topics = asked.slice(0, MOST_TOPICS).filter((topic) => this.#isOffered(topic));
    for (const topic of viewer.topics) if (!topics.includes(topic)) this.#unwatch(socket, topic);
    for (const topic of topics) this.#watch(socket, topic);
    this.#sendTo(socket, JSON.stringify({ watching: [...viewer.topics] }));
    this.#options.onWanted();
  }

  #isOffered(topic: string): boolean {
    const found = findTopic(topic);
    if (found === undefined || (found.row.where === 'primary' && !this.#options.isPrimary)) return false;
    return this.#watched.has(topic) || this.#watched.size < MOST_WATCHED;
  }

  #watch(socket: Socket, topic: string): void {
    const { topics } = socket.getUserData();
    if (topics.has(topic)) return;
    topics.add(topic);
    const watched = this.#watched.get(topic) ?? { sockets: new Set(), newcomers: new Set() };
    this.#watched.set(topic, watched);
    watched.sockets.add(socket);
    watched.newcomers.add(socket);
  }

  #unwatch(socket: Socket, topic: string): void {
    socket.getUserData().topics.delete(topic);
    const watched = this.#watched.get(topic);
    if (watched === undefined) return;
    watched.sockets.delete(socket);
    watched.newcomers.delete(socket);
    if (watched.sockets.size === 0) this.#watched.delete(topic);
  }

  async #send(sockets: readonly Socket[], message: Uint8Array | string): Promise<void> {
    for (const [i, socket] of sockets.entries()) {
      if (i % SENDS_A_TURN === SENDS_A_TURN - 1) await new Promise(setImmediate);
      this.#sendTo(socket, message);
    }
  }

  /** Nothing for a socket that has gone meanwhile; one that reads too slowly is dropped. */
  #sendTo(socket: Socket, message: Uint8Array | string): void {
    if (!this.#sockets.has(socket)) return;
    const isBinary = typeof message !== 'string';
    if (socket.getBufferedAmount() + message.length <= MOST_WAITING_BYTES) {
      if (socket.send(message, isBinary) !== 2) return;
    }
    this.#options.meters.liveDropped.add(1);
    // What waits for it would wait on if the end were said politely.
    socket.close();
  }
}

function refuse(response: HttpResponse, status: string): void {
  response.cork(() => response.writeStatus(status).writeHeader('Cache-Control', 'no-store').end());
}

/** Undefined for what is no message of a page. */
function readWatch(text: string): string[] | undefined {
  try {
    const { watch } = JSON.parse(text) as { watch?: unknown };
    return Array.isArray(watch) && watch.every((topic) => typeof topic === 'string') ? watch : undefined;
  } catch {
    return undefined;
  }
}
