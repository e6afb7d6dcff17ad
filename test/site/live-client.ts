/** A page's socket without a page: what the server sends of live updates, unpacked. */
import { gunzipSync } from 'node:zlib';
import { WebSocket } from 'undici';
import type { LiveMessage } from '../../src/site/live/live-messages.js';
import { until } from './until.js';

export class LiveClient {
  readonly messages: LiveMessage[] = [];
  /** What the server says it sends; undefined until it says so. */
  watching: readonly string[] | undefined;
  /** Code with which the socket was closed. */
  closed: number | undefined;
  readonly #socket: WebSocket;

  /** @param url of the server @param topics what is watched from the start */
  constructor(url: string, topics: readonly string[] = [], headers: Record<string, string> = {}) {
    this.#socket = new WebSocket(`${url.replace('http', 'ws')}/live`, { headers });
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.addEventListener('open', () => this.watch(topics));
    this.#socket.addEventListener('message', ({ data }) => this.#hear(data));
    this.#socket.addEventListener('close', ({ code }) => {
      this.closed = code;
    });
    this.#socket.addEventListener('error', () => {});
  }

  say(text: string): void {
    this.#socket.send(text);
  }

  watch(topics: readonly string[]): void {
    this.say(JSON.stringify({ watch: topics }));
  }

  close(): void {
    this.#socket.close();
  }

  /** Resolves to the first message that fits, of those that came and those that come. */
  async message(fits: (message: LiveMessage) => boolean): Promise<LiveMessage> {
    await until(() => this.messages.some(fits), `a message of ${this.watching} that fits ${fits}`);
    return this.messages.find(fits)!;
  }

  async isWatching(): Promise<readonly string[]> {
    await until(() => this.watching !== undefined, 'what is watched');
    return this.watching!;
  }

  async isClosed(): Promise<number> {
    await until(() => this.closed !== undefined, 'the end of the socket');
    return this.closed!;
  }

  #hear(data: unknown): void {
    if (data instanceof ArrayBuffer) {
      this.messages.push(JSON.parse(gunzipSync(Buffer.from(data)).toString('utf8')) as LiveMessage);
      return;
    }
    const { watching } = JSON.parse(String(data)) as { watching?: string[] };
    if (watching !== undefined) this.watching = watching;
  }
}
