/**
 * A pool thread: does what workers and readers ask that may park, reads the store, or takes long. Pages are made by others (`page-thread.ts`).
 *
 * It owns a reader of the store, and before-images of what it changes under a lock. It waits for calls of its front thread, for locks
 * and for the store. It ends when its pool closes. Its death ends nothing: the reaper rolls back what it had begun and hands its
 * locks on, and the handle makes its calls again on the thread that takes its place.
 */
import { dummyVerify, verifyPassword } from '../operations/account/password.js';
import { isWorkerKey, verifyWorkerKey } from '../operations/account/worker-key.js';
import { type Context, isReply, type Reply, type WorkerCall } from '../operations/context.js';
import { type OperationName, runOperation, WORKER_ROUTES } from '../operations/worker/worker-routes.js';
import { answerFromStore } from './finished-run.js';
import type { AuthResult, BatchedReply, PoolCall } from './pool-messages.js';
import { answerRead } from './reads/answer-read.js';
import { sendGames } from './reads/downloads.js';
import type { ReadAnswer } from './reads/read-call.js';
import { openThread } from './thread-parts.js';

const { data, shared, reader } = await openThread('pool');
const context: Context = { state: shared.state, mayBlock: true };

export default async function handle(
  call: PoolCall,
): Promise<Reply | AuthResult | BatchedReply[] | ReadAnswer | undefined> {
  shared.counters.add('poolCalls');
  if (call.kind === 'read') return await answerRead(context, reader, call, data.isPrimary);
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
      replies.push(await answer('request_task', await withMachineLimit(call)));
    } catch (error) {
      replies.push({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  }
  return replies;
}

/** Of an account that memory has no room for, the store knows how many machines it may have. */
async function withMachineLimit(call: WorkerCall): Promise<WorkerCall> {
  const { username } = call.request.worker_info;
  if (shared.state.users.accountStatus(username) !== undefined) return call;
  const machineLimit = (await reader.user(username))?.machine_limit;
  return machineLimit === undefined ? call : { ...call, machineLimit };
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
  // What was read is believed where memory knows less, unless the account was changed meanwhile, or memory is full.
  const isNewer = (before === undefined || !data.isPrimary) && users.version(username) === before;
  const version = isNewer && users.setIfRoom(user) ? users.version(username) : before;
  if (version !== undefined) users.remember(username, password, version, Date.now());
  if (user.blocked) return 'blocked';
  return user.pending ? 'pending' : 'verified';
}
