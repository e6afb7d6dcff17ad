/**
 * A pool thread: does what may park, reads the store, or takes long.
 *
 * It owns a reader of the store, and before-images of what it changes under a lock. It waits for calls of its front thread, for locks
 * and for the store. It ends when its pool closes. Its death ends nothing: the reaper rolls back what it had begun and hands its
 * locks on, and the handle makes its calls again on the thread that takes its place.
 */
import { workerData } from 'piscina';
import { GitHubClient } from '../github/github-client.js';
import type { GitHubAccess } from '../github/github-messages.js';
import { dummyVerify, verifyPassword } from '../operations/account/password.js';
import { isWorkerKey, verifyWorkerKey } from '../operations/account/worker-key.js';
import { type Context, isReply, type Reply, type WorkerCall } from '../operations/context.js';
import { type OperationName, runOperation, WORKER_ROUTES } from '../operations/worker/worker-routes.js';
import { measureReader } from '../runtime/measure-reader.js';
import { Shared, type ThreadData } from '../runtime/shared.js';
import type { Site } from '../site/answer-site.js';
import type { LiveAnswer } from '../site/live/live-messages.js';
import type { SiteAnswer } from '../site/site-messages.js';
import type { SiteSettings } from '../site/site-settings.js';
import { NetFiles } from '../store/networks/net-files.js';
import { openStore } from '../store/open-store.js';
import { answerFromStore } from './finished-run.js';
import type { AuthResult, BatchedReply, PoolCall } from './pool-messages.js';
import { answerRead } from './reads/answer-read.js';
import { sendGames } from './reads/downloads.js';
import type { ReadAnswer } from './reads/read-call.js';

export interface PoolThreadData extends ThreadData {
  storeUrl: string;
  /** Most connections of this thread to a database server. */
  storeConnections: number;
  /** False on a secondary, whose memory holds no runs, and of accounts only what it has just read. */
  isPrimary: boolean;
  site: SiteSettings;
  netsDirectory: string;
  github: GitHubAccess;
}

/** How often a thread says that its event loop turns. */
const TICK_MS = 250;

const data = workerData as PoolThreadData;
const shared = Shared.attach(data, 'pool', true);
const { threads } = shared.state;
shared.state.recordUndo();
const store = openStore(data.storeUrl, { connections: data.storeConnections });
const reader = measureReader(await store.openReader(), shared.meters.readTime, threads);
threads.tickLiveness();
setInterval(() => threads.tickLiveness(), TICK_MS).unref();
const context: Context = { state: shared.state, mayBlock: true };
let site: Promise<Site> | undefined;

/** The pages' templates and rules of passwords are loaded for the first page: a thread serves workers before that. */
function theSite(): Promise<Site> {
  site ??= import('../site/answer-site.js').then(
    (pages) =>
      new pages.Site(
        {
          state: shared.state,
          reader,
          settings: data.site,
          isPrimary: data.isPrimary,
          github: new GitHubClient(data.github),
          networks: new NetFiles(data.netsDirectory),
        },
        shared.sessionChanges,
      ),
  );
  return site;
}

export default async function handle(
  call: PoolCall,
): Promise<Reply | AuthResult | BatchedReply[] | ReadAnswer | SiteAnswer | LiveAnswer | undefined> {
  shared.counters.add('poolCalls');
  if (call.kind === 'read') return await answerRead(context, reader, call, data.isPrimary);
  if (call.kind === 'site') return await (await theSite()).answer(call);
  if (call.kind === 'live') return await (await theSite()).renderLive(call);
  if (call.kind === 'games') return void (await sendGames(reader, call));
  if (call.kind === 'verify') return await verify(call.username, call.password);
  if (call.kind === 'requestTasks') return await answerAll(call.calls);
  return await answer(call.name, call.call);
}

/** One after the other; the failure of one leaves the others alone. */
async function answerAll(calls: readonly WorkerCall[]): Promise<BatchedReply[]> {
  const replies: BatchedReply[] = [];
  for (const call of calls) {
    try {
      replies.push(await answer('request_task', call));
    } catch (error) {
      replies.push({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  }
  return replies;
}

async function answer(name: OperationName, call: WorkerCall): Promise<Reply> {
  const cpuHours = WORKER_ROUTES[name].needsCpuHours
    ? await reader.cpuHours(call.request.worker_info.username)
    : undefined;
  const outcome = runOperation(context, name, call, cpuHours);
  return isReply(outcome) ? outcome : await answerFromStore(context, reader, name, call);
}

/** The slow check of a password (docs/spec/worker-api.md §3.1); an account that passes is remembered in shared memory. */
async function verify(username: string, password: string): Promise<AuthResult> {
  const { users } = shared.state;
  const before = users.version(username);
  const user = await reader.user(username);
  if (user === undefined) {
    await dummyVerify();
    return 'refused';
  }
  const isRight = isWorkerKey(password)
    ? await verifyWorkerKey({ state: shared.state, reader }, username, password, Date.now())
    : await verifyPassword(user.password, password);
  if (!isRight) {
    users.forget(username, password);
    return 'refused';
  }
  const isNewer = before === undefined || !data.isPrimary;
  if (!isNewer || users.setIfRoom(user))
    users.remember(username, password, isNewer ? users.version(username)! : before, Date.now());
  if (user.blocked) return 'blocked';
  return user.pending ? 'pending' : 'verified';
}
