/**
 * The socket of an open page: one while the page is seen. It connects again by itself, later and later and never all pages at
 * once; a page that is hidden gives it up after a while, and costs nothing then.
 */

export interface LiveMessage {
  readonly topic: string;
  readonly stamp: string;
  readonly parts: Readonly<Record<string, string>>;
  readonly isLast?: true;
}

export interface LiveSocketEvents {
  /** The topics that the server sends news of; none while there is no connection. */
  onWatching(topics: ReadonlySet<string>): void;
  onMessage(message: LiveMessage): void;
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 120_000;
/** A connection that lasted as long was a good one: the next attempt is a first one. */
const GOOD_MS = 30_000;
/** The server says something more often than that. */
const SILENCE_MS = 60_000;
const HIDDEN_MS = 15_000;

export class LiveSocket {
  readonly #events: LiveSocketEvents;
  #topics: readonly string[] = [];
  #socket: WebSocket | undefined;
  #retryMs = FIRST_RETRY_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  /** Messages are unpacked one after the other: they have an order. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(events: LiveSocketEvents) {
    this.#events = events;
    document.addEventListener('visibilitychange', () => this.#look());
    // A page that the browser keeps to go back to must not keep its socket.
    addEventListener('pagehide', () => this.#drop());
    addEventListener('pageshow', (event) => {
      if (event.persisted) this.#look();
    });
  }

  /** Says what the page watches now; without topics there is no socket. */
  watch(topics: readonly string[]): void {
    this.#topics = topics;
    if (topics.length === 0) this.#drop();
    else if (this.#socket?.readyState === WebSocket.OPEN) this.#say(this.#socket);
    else this.#look();
  }

  #look(): void {
    clearTimeout(this.#timer);
    if (document.hidden) this.#timer = setTimeout(() => this.#drop(), HIDDEN_MS);
    else if (this.#socket === undefined && this.#topics.length > 0) this.#connect();
  }

  #connect(): void {
    const url = new URL('/live', location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    let openedAt = Number.POSITIVE_INFINITY;
    socket.addEventListener('open', () => {
      openedAt = performance.now();
      this.#say(socket);
    });
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) =>
      this.#hear(socket, data),
    );
    socket.addEventListener('close', () => {
      if (performance.now() - openedAt > GOOD_MS) this.#retryMs = FIRST_RETRY_MS;
      if (this.#socket === socket) this.#lose();
    });
    this.#expectWord(socket);
  }

  #say(socket: WebSocket): void {
    socket.send(JSON.stringify({ watch: this.#topics }));
  }

  #hear(socket: WebSocket, data: string | ArrayBuffer): void {
    if (this.#socket !== socket) return;
    this.#expectWord(socket);
    if (typeof data === 'string') {
      const { watching } = JSON.parse(data) as { watching?: string[] };
      if (watching !== undefined) this.#events.onWatching(new Set(watching));
      return;
    }
    this.#last = this.#last
      .then(() => unpack(data))
      .then((message) => {
        if (this.#socket === socket) this.#events.onMessage(message);
      })
      .catch((error: unknown) => console.error('live updates:', error));
  }

  /** A connection that died without a word is given up. */
  #expectWord(socket: WebSocket): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      socket.close();
      if (this.#socket === socket) this.#lose();
    }, SILENCE_MS);
  }

  #lose(): void {
    this.#forget();
    if (document.hidden) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), this.#retryMs * (0.5 + Math.random()));
    this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2);
  }

  #drop(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#forget();
    socket?.close();
  }

  #forget(): void {
    clearTimeout(this.#silence);
    if (this.#socket === undefined) return;
    this.#socket = undefined;
    this.#events.onWatching(new Set());
  }
}

async function unpack(data: ArrayBuffer): Promise<LiveMessage> {
  const plain = new Blob([data]).stream().pipeThrough(new DecompressionStream('gzip'));
  return (await new Response(plain).json()) as LiveMessage;
}
