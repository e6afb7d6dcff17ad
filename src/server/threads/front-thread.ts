/**
 * A front thread: serves sockets. Several may share the port: the kernel spreads connections over them.
 *
 * It owns its uWS app with its connections, a pool of threads for what may block, another for pages, and the replies that wait to be durable.
 * It never parks: a lock that is busy sends the call to the pool. It says `listening` or `failed`; on `stop` it answers what
 * was admitted, ends its pools, closes its sockets and says `stopped`; on `close` it closes the sockets at once, since a uWS
 * app that is open when its thread ends aborts the process. Its death ends the process.
 */
import type { TemplatedApp, us_listen_socket } from 'uWebSockets.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { setOwnScheme } from '../../http/transport/client.js';
import { checkTlsFiles, type TlsFiles } from '../../http/transport/tls.js';
import { listenExclusively, loadBinding } from '../../http/transport/uws.js';
import { Shared } from '../../runtime/shared.js';
import { watchLoop } from '../../runtime/watch-loop.js';
import { FrontApp } from './front-app.js';
import type { FrontCommand, FrontMessage, FrontThreadData } from './front-messages.js';
import { type FrontParts, makeFrontParts } from './front-parts.js';
import { shortTurn, untilQuiet } from './port-leave.js';

/** How often a stopping thread looks whether all is answered. */
const DRAIN_LOOK_MS = 10;
/** Replies that are written leave the kernel's buffers meanwhile. */
const LAST_BYTES_MS = 50;

class FrontThread {
  readonly #parts: FrontParts;
  /** The last takes new connections; those before it, with older certificates, keep the connections they have. */
  readonly #served: { app: TemplatedApp; frontApp: FrontApp }[] = [];
  #listening: us_listen_socket | undefined;
  #isClosed = false;
  #isStopping = false;

  constructor(parts: FrontParts) {
    this.#parts = parts;
    setOwnScheme(parts.data.tls === undefined ? 'http' : 'https');
    void parts.replies.run();
    watchLoop(parts.shared);
  }

  /** Takes new connections, in the place of the app that did. A bad certificate changes nothing. */
  listen(): void {
    const { data, say } = this.#parts;
    let app: TemplatedApp;
    try {
      app = makeApp(data.tls);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (this.#listening === undefined) say({ kind: 'failed', message });
      else say({ kind: 'error', message: `the certificate stays as it was: ${message}` });
      return;
    }
    this.#served.push({ app, frontApp: new FrontApp(app, this.#parts) });
    const onListen = (socket: us_listen_socket | false) => {
      if (socket === false) {
        say({ kind: 'failed', message: `cannot listen on ${data.host}:${data.port}: is the port in use?` });
        return;
      }
      if (this.#listening !== undefined) uws.us_listen_socket_close(this.#listening);
      this.#listening = socket;
      say({ kind: 'listening', port: uws.us_socket_local_port(socket) });
    };
    // One thread has nobody to share with, but for itself while it changes its certificate. Several share with whoever else does:
    // the main thread has looked before.
    if (data.fronts === 1 && data.tls === undefined && !data.sharesPort) {
      listenExclusively(app, data.host, data.port, onListen);
    } else {
      app.listen(data.host, data.port, (socket) => onListen(socket as us_listen_socket | false));
    }
  }

  /**
   * Connections come when the pool's threads have what they need: many at once may take every descriptor, and a thread that
   * cannot open its modules ends the server. One that does not start in time is for the pool to end.
   */
  async listenOnceLoaded(): Promise<void> {
    const { pool, shared } = this.#parts;
    await pool.quiet().catch(() => {});
    if (this.#isStopping || this.#isClosed) return;
    this.listen();
    shared.tenure.keepTicking();
  }

  obey(command: FrontCommand): void {
    const { pool, pages, say, live } = this.#parts;
    if (command.kind === 'live') {
      for (const { frontApp } of this.#served) frontApp.dashboard?.update(command);
    } else if (command.kind === 'liveWanted' || command.kind === 'liveNews') {
      live?.obey(command);
    } else if (command.kind === 'certificate') {
      if (this.#parts.data.tls !== undefined && this.#listening !== undefined && !this.#isStopping)
        this.listen();
    } else if (command.kind === 'stop') void this.#stop(command.ms);
    else if (command.kind === 'leave') void this.#leave(command.ms);
    else if (command.kind === 'listen') this.#listenBehindDoors();
    else {
      this.#closeSockets();
      const done = () => say({ kind: 'closed' });
      void Promise.all([pool.quiet(), pages.quiet()]).then(done, done);
    }
  }

  /** Requests that were admitted before draining began are answered before their sockets are closed. */
  async #stop(ms: number): Promise<void> {
    const { front, replies, tokens, publicApi, pool, pages, say, live } = this.#parts;
    this.#isStopping = true;
    this.#stopListening();
    live?.close();
    front.releaseHeld();
    const latest = performance.now() + ms;
    const isBusy = () => replies.size > 0 || tokens.size > 0 || pages.size > 0;
    while (isBusy() && performance.now() < latest - ms / 2) {
      await sleep(DRAIN_LOOK_MS);
    }
    if (!this.#isClosed) await sleep(LAST_BYTES_MS);
    publicApi.close();
    replies.close();
    const left = latest - performance.now();
    await Promise.all([pool.close(left), pages.close(left)]);
    this.#closeSockets();
    say({ kind: 'stopped' });
    parentPort!.close();
  }

  /** Before the server can answer. */
  #listenBehindDoors(): void {
    const { tenure } = this.#parts.shared;
    this.listen();
    tenure.awaitDoors();
    tenure.keepTicking();
  }

  /** Another process listens on the port. */
  async #leave(ms: number): Promise<void> {
    const { front, watch, say } = this.#parts;
    const latest = performance.now() + ms;
    for (const { frontApp } of this.#served) frontApp.isLeaving = true;
    await shortTurn(latest);
    this.#stopListening();
    front.releaseHeld();
    await untilQuiet(watch, latest);
    // One with answers under way is drained as in any stop.
    if (watch.open === 0) this.#closeSockets();
    say({ kind: 'left' });
  }

  #stopListening(): void {
    if (this.#listening !== undefined && !this.#isClosed) uws.us_listen_socket_close(this.#listening);
    this.#listening = undefined;
  }

  #closeSockets(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { app } of this.#served) app.close();
  }
}

function makeApp(tls: TlsFiles | undefined): TemplatedApp {
  if (tls === undefined) return uws.App();
  checkTlsFiles(tls);
  return uws.SSLApp({ cert_file_name: tls.cert, key_file_name: tls.key });
}

const data = workerData as FrontThreadData;
const port = parentPort!;
const { uws } = loadBinding(data.uwsPath);
const shared = Shared.attach(data, 'front', false);
const thread = new FrontThread(
  makeFrontParts(shared, data, (message: FrontMessage) => port.postMessage(message)),
);
port.on('message', (command: FrontCommand) => thread.obey(command));
if (data.awaitsDoors) port.postMessage({ kind: 'loaded' } satisfies FrontMessage);
else void thread.listenOnceLoaded();
