/** The block list, and the workers that are on a task now. */

import type { WorkerDocument } from '../../model/documents.js';
import { setWorkerBlock, type WorkerBlock } from '../../operations/account/block-worker.js';
import { operatorNamed } from '../../operations/actor.js';
import type { AdminService } from '../../protocol/admin.js';
import { liveTasks } from '../../runtime/run-views.js';
import type { ServiceParts } from './service-parts.js';

const DEFAULT_LIMIT = 100;

export function makeWorkerService({
  state,
  whenDurable,
}: ServiceParts): Pick<AdminService, 'workerBlock' | 'workerUnblock' | 'workerList'> {
  const set = async (name: string, by: string | undefined, block: WorkerBlock) => {
    const { value, sequence } = setWorkerBlock(state, operatorNamed(by), name, block, Date.now());
    await whenDurable(sequence);
    return { worker: value };
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
    workerBlock: ({ worker_name: name, message, by }) => set(name, by, { isBlocked: true, message }),
    workerUnblock: ({ worker_name: name, by }) => set(name, by, { isBlocked: false }),
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
