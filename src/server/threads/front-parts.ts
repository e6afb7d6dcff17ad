/** What a front thread is made of, over the shared memory: its pools with the tokens, what serves workers, and what serves readers. */
import { AddressSet } from '../../config/network-address.js';
import { GitHubClient } from '../../github/github-client.js';
import { NetDownloads } from '../../http/public-api/net-download.js';
import { PublicApi } from '../../http/public-api/public-api.js';
import { LiveUpdates } from '../../http/site/live-updates.js';
import { SiteLimits } from '../../http/site/site-limits.js';
import { WebSite } from '../../http/site/web-site.js';
import { readClient } from '../../http/transport/client.js';
import { RequestWatch } from '../../http/transport/request-watch.js';
import { DurableReplies } from '../../http/worker-api/durable-replies.js';
import { Front } from '../../http/worker-api/front.js';
import { PagePool } from '../../pool/page-pool.js';
import { ThreadPool } from '../../pool/pool-handle.js';
import type { PoolCall } from '../../pool/pool-messages.js';
import type { ReadAnswer } from '../../pool/reads/read-call.js';
import { TokenGate } from '../../pool/token-gate.js';
import { Readiness, type Shared } from '../../runtime/shared.js';
import type { LiveAnswer } from '../../site/live/live-messages.js';
import { NetFiles } from '../../store/networks/net-files.js';
import type { FrontMessage, FrontThreadData } from './front-messages.js';

export interface FrontParts {
  readonly shared: Shared;
  readonly data: FrontThreadData;
  readonly say: (message: FrontMessage) => void;
  readonly pool: ThreadPool;
  readonly tokens: TokenGate<PoolCall, unknown>;
  readonly pages: PagePool;
  readonly replies: DurableReplies;
  readonly front: Front;
  readonly watch: RequestWatch;
  readonly publicApi: PublicApi;
  /** Undefined when the operator switched it off. */
  readonly webSite: WebSite | undefined;
  /** Undefined when the operator switched it off. */
  readonly live: LiveUpdates | undefined;
  readonly netDownloads: NetDownloads;
}

export function makeFrontParts(
  shared: Shared,
  data: FrontThreadData,
  say: (message: FrontMessage) => void,
): FrontParts {
  const onError = (error: unknown, path: string) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    say({ kind: 'error', message: `${path}: ${text}` });
  };
  const { callsPerThread, hangMs, poolQueue: queueLimit, fronts: shares } = data;
  const calls = {
    callsPerThread,
    hangMs,
    onEvent: (message: string) => say({ kind: 'thread', message }),
  };
  const pool = new ThreadPool(shared, data, {
    ...calls,
    kind: 'pool',
    threads: data.poolThreads,
    onBroken: (message) => say({ kind: 'broken', message }),
  });
  const tokens = new TokenGate<PoolCall, unknown>({
    run: (call) => pool.run(call),
    tokens: shared.tokens,
    shares,
    queueLimit,
    meters: shared.meters,
  });
  const pages = new PagePool(shared, data, { ...calls, threads: data.pageThreads, shares, queueLimit });
  const replies = new DurableReplies(shared.state.commits);
  const front = new Front(shared, tokens, replies, {
    strict: data.strict,
    credentialMaxAge: data.credentialMaxAge,
    guesses: data.guesses,
    replyJitterMs: data.replyJitterMs,
    onError,
  });
  const watch = new RequestWatch({
    meters: shared.meters,
    slowMs: data.slowMs,
    logsEach: () => shared.logsRequests.load() === 1,
    report: say,
    idPrefix: `${shared.state.threads.self().toString(36)}${Date.now().toString(36)}`,
  });
  const github = new GitHubClient(data.github);
  const publicApi = new PublicApi({
    read: (call) => tokens.run(call) as Promise<ReadAnswer>,
    sendGames: (call) => pool.runOnce(call, call.port),
    quota: () => github.quota(),
    nnUrl: data.nnUrl,
    bodyLimit: data.bodyLimit,
    onError,
  });
  const webSite = data.site.isOn
    ? new WebSite({
        limits: new SiteLimits(data.limits, front.loginThrottle),
        run: (call) => pages.run(call),
        runBeside: (call) => pages.runBeside(call),
        runOnce: (call, port) => pages.runOnce(call, port),
        onError,
        isStoreAway: () => shared.readiness.load() === Readiness.storeUnreachable,
        onShared: () => shared.counters.add('sharedPages'),
      })
    : undefined;
  const live = data.liveSockets > 0 ? makeLive(shared, data, pages, say) : undefined;
  const netDownloads = new NetDownloads(new NetFiles(data.netsDirectory), onError);
  return {
    shared,
    data,
    say,
    pool,
    tokens,
    pages,
    replies,
    front,
    watch,
    publicApi,
    webSite,
    live,
    netDownloads,
  };
}

function makeLive(
  { meters, draining, tenure, state }: Shared,
  data: FrontThreadData,
  pages: PagePool,
  say: FrontParts['say'],
): LiveUpdates {
  const trusted = new AddressSet(data.trustedProxies);
  const { issued, durable } = state.commits;
  return new LiveUpdates({
    index: data.index,
    fronts: data.fronts,
    say,
    sockets: {
      most: data.liveSockets,
      isPrimary: data.isPrimary,
      meters,
      isClosing: () => draining.load() === 1 || tenure.isDoubtful(),
      readClient: (request, peer) => readClient(request, peer, trusted),
    },
    clock: {
      render: (call) => pages.run(call) as Promise<LiveAnswer>,
      changes: () => (data.isPrimary ? `${issued.load()} ${durable.load()}` : undefined),
      onRender: (count) => meters.liveRenders.add(count),
      onError: (error) => {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        say({ kind: 'error', message: `live updates, which are tried again: ${text}` });
      },
    },
  });
}
