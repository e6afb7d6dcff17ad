/** What the main thread and a front thread tell each other. */

import type { LiveUpdate } from '../../dashboard/messages.js';
import type { LiveWord } from '../../http/site/live-updates.js';
import type { SiteLimitSettings } from '../../http/site/site-limits.js';
import type { RequestReport } from '../../http/transport/request-watch.js';
import type { TlsFiles } from '../../http/transport/tls.js';
import type { LoginLimits } from '../../http/worker-api/login-throttle.js';
import type { PoolThreadData } from '../../pool/thread-parts.js';

export interface FrontThreadData extends PoolThreadData {
  /** Folder of another release of uWebSockets.js; '' for the installed one. */
  uwsPath: string;
  /** Undefined: plain HTTP. */
  tls: TlsFiles | undefined;
  host: string;
  port: number;
  poolThreads: number;
  /** Threads that make pages. */
  pageThreads: number;
  callsPerThread: number;
  /** A pool thread that stands still for as long is replaced, in milliseconds. */
  hangMs: number;
  /** Front threads, which share the tokens. */
  fronts: number;
  slowMs: number;
  dashboard: boolean;
  /** Of this thread among the front threads, from 0. */
  index: number;
  /** Pages of this thread that may have a socket for live updates; 0: none is offered. */
  liveSockets: number;
  poolQueue: number;
  strict: boolean;
  bodyLimit: number;
  pgnBodyLimit: number;
  /** Addresses and ranges, separated by commas. */
  trustedProxies: string;
  credentialMaxAge: number;
  guesses: LoginLimits;
  replyJitterMs: number;
  /** Other primaries may listen on the same port, before and after this one. */
  sharesPort: boolean;
  /** Load everything, and listen only when told to; whoever connects then waits until the doors are opened. */
  awaitsDoors: boolean;
  /** Signs the session cookies. */
  sessionSecret: string;
  limits: SiteLimitSettings;
  /** Where networks are; undefined: at the address that the client used. */
  nnUrl: string | undefined;
}

export type FrontCommand =
  /** Answer what was admitted within so many milliseconds, then end. */
  | { kind: 'stop'; ms: number }
  /** Listen, and stand still until the doors are opened. */
  | { kind: 'listen' }
  /** Take no new connections, for another primary does, and end those that are open within so many milliseconds. */
  | { kind: 'leave'; ms: number }
  /** Close the sockets at once: the process ends. */
  | { kind: 'close' }
  /** Read the certificate again, for the connections that come from now on. */
  | { kind: 'certificate' }
  | LiveUpdate
  | LiveWord;
export type FrontMessage =
  | { kind: 'loaded' }
  | { kind: 'listening'; port: number }
  | RequestReport
  | { kind: 'error'; message: string }
  | { kind: 'failed'; message: string }
  /** A pool thread died, hung, or was replaced. */
  | { kind: 'thread'; message: string }
  /** This thread cannot go on. */
  | { kind: 'broken'; message: string }
  | { kind: 'left' }
  | { kind: 'closed' }
  | { kind: 'stopped' }
  /** Somebody opened the dashboard. */
  | { kind: 'viewer' }
  | LiveWord;
