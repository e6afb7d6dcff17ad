/** The block list, and the workers that are on a task now. */

import type { WorkerDocument } from '../../model/documents.js';
import { logAction, pushItem } from '../../operations/changes.js';
import { AdminError, type AdminService } from '../../protocol/admin.js';
import { liveTasks } from '../../runtime/run-views.js';
import type { ServiceParts } from './run-service.js';
import { record, SYSTEM_USER } from './run-service.js';

const DEFAULT_LIMIT = 100;

export function makeWorkerService({
  state,
  durable,
}: ServiceParts): Pick<AdminService, 'workerBlock' | 'workerUnblock' | 'workerList'> {
  const set = async (name: string, blocked: boolean, message: string, by: string) => {
    const now = Date.now();
    const worker: WorkerDocument = { worker_name: name, blocked, message, last_updated: now };
    state.requestTaskMutex.acquire();
    let sequence: number;
    try {
      const entry = state.workers.record(name);
      const changed = state.workers.isBlocked(entry) !== blocked;
      state.workers.setBlock(entry, blocked, message, now);
      sequence = record(state, (slot) => {
        pushItem(state, slot, { kind: 'worker', worker });
        if (!changed) return;
        const text = blocked ? 'blocked' : 'unblocked';
        logAction(state, slot, now, 'block_worker', { username: by, worker: name, message: text });
      });
    } finally {
      state.requestTaskMutex.release();
    }
    await durable(sequence);
    return { worker };
  };
  const blockList = (): WorkerDocument[] => {
    const list: WorkerDocument[] = [];
    for (const entry of state.workers.table.entries()) {
      const block = state.workers.block(entry);
      if (block?.blocked !== true) continue;
      const { message } = block;
      const name = state.workers.table.key(entry);
      list.push({ worker_name: name, blocked: true, message, last_updated: state.workers.blockedAt(entry) });
    }
    return list.sort((a, b) => b.last_updated - a.last_updated);
  };
  return {
    workerBlock: ({ worker_name: name, message, by = SYSTEM_USER }) => set(name, true, message, by),
    async workerUnblock({ worker_name: name, by = SYSTEM_USER }) {
      const entry = state.workers.table.find(name);
      const block = entry < 0 ? undefined : state.workers.block(entry);
      if (block === undefined) throw new AdminError(404, `worker ${name} has no entry in the block list`);
      return await set(name, false, block.message, by);
    },
    async workerList({ state: wanted, limit = DEFAULT_LIMIT }) {
      if (wanted === 'blocked') {
        const blocked = blockList();
        return { active: [], blocked: blocked.slice(0, limit), total: blocked.length };
      }
      const active = state.runs.unfinished().flatMap((slot) => liveTasks(state, slot).workers);
      return { active: active.slice(0, limit), blocked: [], total: active.length };
    },
  };
}
