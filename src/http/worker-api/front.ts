/**
 * A front thread's work: from a request's body to its reply. What neither blocks nor takes long is answered here; the
 * rest goes to the pool. The order of checks is the protocol's (docs/spec/worker-api.md §3).
 */
import {
  type Context,
  isReply,
  type Outcome,
  type Reply,
  refuse,
  retryLater,
  type WorkerCall,
} from '../../operations/context.js';
import { type OperationName, runOperation, WORKER_ROUTES } from '../../operations/worker/worker-routes.js';
import type { AuthResult, PoolCall } from '../../pool/pool-messages.js';
import { TaskBatches } from '../../pool/task-batches.js';
import { errorReply, noTask, VERSION_BODY, withDuration } from '../../protocol/replies.js';
import {
  asAccessRequest,
  checkAccess,
  checkRequest,
  NotJson,
  normaliseRequest,
  parseBody,
  type WorkerRequest,
} from '../../protocol/request.js';
import * as texts from '../../protocol/texts.js';
import type { WorkerEndpoint } from '../../protocol/worker-endpoints.js';
import type { Shared } from '../../runtime/shared.js';
import { JSON_TYPE, TRY_AGAIN } from '../transport/answers.js';
import type { Caller } from '../transport/client.js';
import type { Exchange } from '../transport/exchange.js';
import type { Account } from './credential-cache.js';
import { CredentialGate, type CredentialGateOptions, refreshAge } from './credential-gate.js';
import type { DurableReplies } from './durable-replies.js';
import type { LoginThrottle } from './login-throttle.js';
import { ReplyJitter } from './reply-jitter.js';
import { RequestCache } from './request-cache.js';

export interface FrontOptions extends CredentialGateOptions {
  /** Whether replies wait for the store. */
  strict: boolean;
  /** Longest that a reply which sends a worker away is held, in milliseconds. */
  replyJitterMs: number;
  onError: (error: unknown, path: string) => void;
}

/** Runs calls on pool threads, as tokens allow. */
export interface Pool {
  run(call: PoolCall): Promise<unknown>;
}

/** A request on its way: when it began, and how to answer it. */
interface Incoming {
  path: string;
  exchange: Exchange;
  client: Caller;
  began: number;
}

export class Front {
  readonly #shared: Shared;
  readonly #pool: Pool;
  readonly #replies: DurableReplies;
  readonly #options: FrontOptions;
  readonly #context: Context;
  readonly #known: RequestCache;
  readonly #gate: CredentialGate;
  readonly #taskBatches: TaskBatches;
  readonly #spread: ReplyJitter;

  constructor(shared: Shared, pool: Pool, replies: DurableReplies, options: FrontOptions) {
    this.#shared = shared;
    this.#pool = pool;
    this.#replies = replies;
    this.#options = options;
    this.#context = { state: shared.state, mayBlock: false };
    this.#taskBatches = new TaskBatches((call) => pool.run(call));
    this.#spread = new ReplyJitter(options.replyJitterMs);
    this.#known = new RequestCache(shared.state.users, refreshAge(options.credentialMaxAge));
    this.#gate = new CredentialGate(shared, (call) => pool.run(call), options);
  }

  /** Counts wrong passwords, wherever they are given. */
  get loginThrottle(): LoginThrottle {
    return this.#gate.guesses;
  }

  /** Sends the replies that are held to keep workers apart: the server stops. */
  releaseHeld(): void {
    this.#spread.release();
  }

  /** Answers a worker's POST, sooner or later. Never throws. */
  serve(route: WorkerEndpoint, path: string, exchange: Exchange, client: Caller, body: Buffer): void {
    this.#shared.counters.add('requests');
    const incoming: Incoming = { path, exchange, client, began: performance.now() };
    try {
      const known = this.#known.find(route, body, Date.now());
      if (known === undefined) this.#check(route, incoming, body);
      else this.#answer(route, incoming, known.request);
    } catch (error) {
      this.#fail(incoming, error);
    }
  }

  /** Steps 1–3. */
  #check(route: WorkerEndpoint, incoming: Incoming, bytes: Buffer): void {
    let body: unknown;
    try {
      body = parseBody(bytes);
    } catch (error) {
      if (!(error instanceof NotJson)) throw error;
      this.#error(incoming, 400, error.message);
      return;
    }
    const refusal = checkAccess(body);
    if (refusal !== undefined) {
      this.#error(incoming, 400, refusal);
      return;
    }
    const { password, worker_info: info } = asAccessRequest(body);
    const recognised = this.#gate.recognise(info.username, password);
    if (recognised !== undefined) {
      const { authResult, account } = recognised;
      // Its address is at hand; other requests would have to ask the socket for theirs.
      if (WORKER_ROUTES[route].notesAddress) this.#gate.noteAddress(info.username, incoming.client.address());
      this.#admit(route, incoming, body, authResult, { ...account, bytes });
      return;
    }
    // The address is read now: the connection may be gone when the check has ended.
    this.#gate.check(info.username, password, incoming.client.address()).then(
      (authResult) => {
        if (authResult === 'throttled') incoming.exchange.send(TRY_AGAIN);
        else this.#admit(route, incoming, body, authResult);
      },
      (error) => this.#overloaded(incoming, error),
    );
  }

  /** Step 4, then the operation. */
  #admit(
    route: WorkerEndpoint,
    incoming: Incoming,
    body: unknown,
    authResult: AuthResult,
    kept?: Account & { bytes: Buffer },
  ): void {
    try {
      const refusal = REFUSALS[authResult];
      if (refusal !== undefined) {
        this.#error(incoming, 401, refusal);
        return;
      }
      const violation = route === 'request_version' ? undefined : checkRequest(body);
      if (violation !== undefined) {
        this.#error(incoming, 400, violation);
        return;
      }
      const request = route === 'request_version' ? undefined : normaliseRequest(body);
      if (kept !== undefined) this.#known.remember(route, kept.bytes, request, kept);
      this.#answer(route, incoming, request);
    } catch (error) {
      this.#fail(incoming, error);
    }
  }

  /** @param request undefined for request_version only */
  #answer(route: WorkerEndpoint, incoming: Incoming, request: WorkerRequest | undefined): void {
    if (route === 'request_version') this.#reply(incoming, { status: 200, json: VERSION_BODY });
    else this.#runOperation(route, incoming, this.#callOf(incoming, request!));
  }

  #callOf({ path, client }: Incoming, request: WorkerRequest): WorkerCall {
    return {
      path,
      request,
      remoteAddr: client.remoteAddr ?? '',
      countryCode: client.countryCode,
      hostUrl: client.host === undefined ? '' : `${client.scheme}://${client.host}`,
      now: Date.now(),
    };
  }

  #runOperation(name: OperationName, incoming: Incoming, call: WorkerCall): void {
    const route = WORKER_ROUTES[name];
    const isAway = this.#shared.storeFailing.load() === 1;
    // Games and messages wait in memory for the store: what is left of it is for results.
    if (route.whenStoreAway === 'retry' && (isAway || this.#shared.state.slab.isNearlyFull())) {
      incoming.exchange.send(TRY_AGAIN);
      return;
    }
    if (route.whenStoreAway === 'no task' && isAway) {
      // A task that the store does not have yet would only be given up again.
      this.#reply(incoming, retryLater(noTask('info', texts.STORE_AWAY)));
      return;
    }
    if (route.batched && this.#shared.expectedBehindMs() > route.mostBehindMs) {
      this.#reply(incoming, retryLater(noTask('info', texts.STORE_BEHIND)));
      return;
    }
    const outcome: Outcome = runOperation(this.#context, name, call);
    if (isReply(outcome)) {
      this.#reply(incoming, outcome);
      return;
    }
    if (route.batched) {
      // Admission is decided before the pool is asked, so that requests for tasks never displace updates.
      if (!this.#shared.admission.tryAcquire()) {
        this.#reply(incoming, retryLater(noTask('info', texts.TOO_BUSY)));
        return;
      }
      this.#dispatch(incoming, this.#taskBatches.request(call), () => this.#shared.admission.release());
      return;
    }
    this.#dispatch(incoming, this.#pool.run({ kind: 'operation', name, call }) as Promise<Reply>, () => {});
  }

  #dispatch(incoming: Incoming, answer: Promise<Reply>, done: () => void): void {
    answer.then(
      (reply) => {
        done();
        this.#reply(incoming, reply);
      },
      (error) => {
        done();
        this.#overloaded(incoming, error);
      },
    );
  }

  #reply(incoming: Incoming, reply: Reply): void {
    const seconds = Math.round((performance.now() - incoming.began) * 1000) / 1e6;
    const answer = { status: reply.status, contentType: JSON_TYPE, body: withDuration(reply.json, seconds) };
    const { exchange } = incoming;
    if (reply.retryLater) this.#spread.hold(() => exchange.send(answer));
    else if (reply.sequence === undefined || !this.#options.strict) exchange.send(answer);
    else {
      this.#replies.hold(
        reply.sequence,
        () => exchange.send(answer),
        () => exchange.send(TRY_AGAIN),
      );
    }
  }

  #error(incoming: Incoming, status: number, text: string): void {
    this.#reply(incoming, refuse(incoming, status, text));
  }

  /** The pool's queue is full, or a thread died: the worker tries again later. */
  #overloaded(incoming: Incoming, error: unknown): void {
    this.#shared.counters.add('errors');
    this.#options.onError(error, incoming.path);
    incoming.exchange.send(TRY_AGAIN);
  }

  #fail(incoming: Incoming, error: unknown): void {
    this.#shared.counters.add('errors');
    this.#options.onError(error, incoming.path);
    const seconds = (performance.now() - incoming.began) / 1000;
    const body = errorReply(incoming.path, texts.INTERNAL_ERROR, seconds);
    incoming.exchange.send({ status: 500, contentType: JSON_TYPE, body });
  }
}

const REFUSALS: Readonly<Record<AuthResult, string | undefined>> = {
  verified: undefined,
  refused: texts.BAD_CREDENTIALS,
  blocked: texts.ACCOUNT_BLOCKED,
  pending: texts.ACCOUNT_PENDING,
};
