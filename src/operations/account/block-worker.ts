/** A worker is kept from getting tasks, or is given them again: by its owner, an approver, or the operator. */
import type { WorkerDocument } from '../../model/documents.js';
import type { SiteRecord } from '../../model/site-record.js';
import type { State } from '../../state/state.js';
import { type Actor, checkMayAct, mayChange } from '../actor.js';
import { commitSystem, logAction, pushItem } from '../changes.js';
import { OperationRefused } from '../refusal.js';
import type { Changed } from '../run/change-run.js';

/** How long a reason is kept. */
const REMEMBERED_MS = 2 * 365 * 86_400_000;

export interface WorkerBlock {
  readonly isBlocked: boolean;
  /** What the worker is told; absent: what it was told before. */
  readonly message?: string;
}

/** Adds or changes an entry of the block list. It stays when the worker is unblocked. */
export function setWorkerBlock(
  state: State,
  actor: Actor,
  name: string,
  { isBlocked, message: newMessage }: WorkerBlock,
  now: number,
): Changed<WorkerDocument> {
  checkMayAct(state, actor);
  if (!mayChange(actor, ownerOf(name))) {
    throw new OperationRefused(
      'forbidden',
      `worker ${name} is another's: only its owner and approvers may block it`,
    );
  }
  const { workers } = state;
  return state.requestTaskMutex.run(0, () => {
    const known = workers.table.find(name);
    const before = known < 0 ? undefined : workers.block(known)?.message;
    const message = newMessage ?? before;
    if (message === undefined) {
      throw new OperationRefused('unknown', `worker ${name} has no entry in the block list`);
    }
    const entry = workers.record(name);
    const isChanged = workers.isBlocked(entry) !== isBlocked;
    workers.setBlock(entry, isBlocked, message, now);
    const worker: WorkerDocument = { worker_name: name, blocked: isBlocked, message, last_updated: now };
    const sequence = commitSystem(state, (slot) => {
      pushItem(state, slot, { kind: 'worker', worker });
      if (isChanged || message !== before) {
        const record = historyOf(worker, actor, isChanged);
        pushItem(state, slot, { kind: 'siteRecord', write: { write: 'put', record } });
      }
      if (!isChanged) return;
      const text = isBlocked ? 'blocked' : 'unblocked';
      logAction(state, slot, now, 'block_worker', { username: actor.name, worker: name, message: text });
    });
    return { value: worker, sequence };
  });
}

function historyOf(
  { worker_name: worker, blocked: isBlocked, message: reason, last_updated: made }: WorkerDocument,
  { name: by }: Actor,
  isChange: boolean,
): SiteRecord<'workerBlock'> {
  const doc = { worker, by, isBlocked, ...(isChange && { isChange }), reason, made };
  const key = `${worker} ${made}`;
  return { kind: 'workerBlock', key, owner: ownerOf(worker), expires: made + REMEMBERED_MS, doc };
}

/** A short worker name begins with its owner's, which has no dash. */
function ownerOf(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf('-')));
}
