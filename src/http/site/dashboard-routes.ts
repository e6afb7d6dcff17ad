/**
 * A front thread's part of the dashboard: its files, and the WebSocket over which it is live. The main thread says what is
 * new; each front thread publishes it to those who are connected to it, and keeps what a newcomer needs.
 */
import type { HttpRequest, TemplatedApp } from 'uWebSockets.js';
import { type Asset, loadAssets, SECURITY_HEADERS } from '../../dashboard/dashboard-assets.js';
import type { LiveUpdate } from '../../dashboard/messages.js';
import type { Tally } from '../../memory/counters/tally.js';
import type { Answer } from '../transport/exchange.js';

const LIVE_PATH = '/dashboard/live';
const TOPIC = 'live';
const HISTORY = 600;
/** Open dashboards of one front thread; each may make it hold a megabyte. */
const MOST_VIEWERS = 200;
const BACKPRESSURE_BYTES = 1_048_576;
const TRY_AGAIN_LATER = 1013;
const IDLE_SECONDS = 60;

export class Dashboard {
  readonly #app: TemplatedApp;
  readonly #assets: ReadonlyMap<string, Asset>;
  readonly #points: string[] = [];
  #farm: string | undefined;
  #viewers = 0;

  /** @param pagePath where the page is @param onViewer called when somebody opens the dashboard. */
  constructor(app: TemplatedApp, viewers: Tally, pagePath: '/' | '/dashboard', onViewer: () => void) {
    this.#app = app;
    this.#assets = loadAssets(pagePath);
    app.ws(LIVE_PATH, {
      maxPayloadLength: 1024,
      idleTimeout: IDLE_SECONDS,
      maxBackpressure: BACKPRESSURE_BYTES,
      open: (socket) => {
        this.#viewers++;
        viewers.add(1);
        if (this.#viewers > MOST_VIEWERS) {
          socket.end(TRY_AGAIN_LATER, 'too many dashboards are open');
          return;
        }
        socket.send(`{"kind":"history","points":[${this.#points.join(',')}]}`);
        if (this.#farm !== undefined) socket.send(`{"kind":"farm","farm":${this.#farm}}`);
        socket.subscribe(TOPIC);
        onViewer();
      },
      close: () => {
        this.#viewers--;
        viewers.add(-1);
      },
    });
  }

  update({ point, farm }: LiveUpdate): void {
    if (point !== undefined) {
      this.#points.push(point);
      if (this.#points.length > HISTORY) this.#points.shift();
      this.#app.publish(TOPIC, `{"kind":"point","point":${point}}`);
    }
    if (farm !== undefined) {
      this.#farm = farm;
      this.#app.publish(TOPIC, `{"kind":"farm","farm":${farm}}`);
    }
  }

  /** The page for a browser; undefined for what is not the dashboard's, and for / asked for by no browser. */
  answer(path: string, request: HttpRequest): Answer | undefined {
    const asset = this.#assets.get(path);
    if (asset === undefined) return undefined;
    if (path === '/' && !request.getHeader('accept').includes('text/html')) return undefined;
    const { etag, contentType, body, gzipped } = asset;
    const headers = [...SECURITY_HEADERS, ['Cache-Control', 'no-cache'], ['ETag', etag]] as const;
    if (request.getHeader('if-none-match') === etag) return { status: 304, headers };
    if (!/\bgzip\b/.test(request.getHeader('accept-encoding')))
      return { status: 200, contentType, headers, body };
    const encoded = [...headers, ['Content-Encoding', 'gzip'], ['Vary', 'Accept-Encoding']] as const;
    return { status: 200, contentType, headers: encoded, body: gzipped };
  }
}
