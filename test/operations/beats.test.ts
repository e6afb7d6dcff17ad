/** Signs of life reach the store when their run has its turn, everything else with the next batch, each once. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { dropRun } from '../../src/operations/run/load-run.js';
import { collectBatch, type Deferrals } from '../../src/state/collect-batch.js';
import { readTask } from '../../src/state/task-document.js';
import type { TaskWrite } from '../../src/state/write-batch.js';
import { addRun, createWorld, freshRun, morePairs, TestWorker } from './world.js';

const START = Date.now();
const RUN = 'bbbbbbbbbbbbbbbbbbbbbbb2';
const WORKERS = 5;

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ verb: fc.constant('beat' as const), worker: fc.nat(WORKERS - 1) }) },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant('report' as const), worker: fc.nat(WORKERS - 1) }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('ask' as const), worker: fc.nat(WORKERS - 1) }) },
  { weight: 3, arbitrary: fc.record({ verb: fc.constant('batch' as const), isDue: fc.boolean() }) },
);

describe('what a batch takes', () => {
  const { state } = createWorld();
  before(() => state.threads.join('main'));
  after(() => state.threads.leave());

  /** Takes a batch into the store's image of the run; answers whether something of it is deferred now. */
  function takeBatch(
    slot: number,
    stored: Map<number, TaskWrite>,
    wasOwed: boolean,
    isDue: boolean,
  ): boolean {
    let isDeferred = wasOwed && !isDue;
    if (isDue) state.dirtyRuns.mark(slot);
    const deferrals: Deferrals = {
      isDue: () => isDue,
      defer: () => {
        isDeferred = true;
      },
    };
    const run = collectBatch(state, deferrals).runs.find(({ runId }) => runId === RUN);
    const ids = run?.tasks.map(({ taskId }) => taskId) ?? [];
    assert.equal(new Set(ids).size, ids.length, 'a task stands twice in a batch');
    for (const task of run?.tasks ?? []) stored.set(task.taskId, task);
    return isDeferred;
  }

  it('counts at once, signs of life when due', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 80 }), async (steps) => {
        const slot = await addRun(state, freshRun(RUN, { num_games: 40_000 }));
        const workers = Array.from({ length: WORKERS }, (_, i) => new TestWorker(state, i));
        const stored = new Map<number, TaskWrite>();
        try {
          let now = START;
          let isDeferred = false;
          for (const one of [...steps, { verb: 'batch' as const, isDue: true }]) {
            now += 1000;
            if (one.verb === 'batch') {
              isDeferred = takeBatch(slot, stored, isDeferred, one.isDue);
              let late = 0;
              for (const [taskId, kept] of stored) {
                const {
                  stats,
                  active,
                  last_updated: at,
                } = readTask(state, state.tasks.offsetOf(slot, taskId));
                assert.deepEqual([kept.stats, kept.active], [stats, active]);
                if (kept.last_updated !== at) late++;
              }
              if (one.isDue) assert.equal(late, 0);
              if (late > 0) assert.ok(isDeferred, 'signs of life are left, and nobody knows');
              continue;
            }
            const worker = workers[one.worker]!;
            if (one.verb === 'ask' || worker.task === undefined) worker.ask(now);
            else if (one.verb === 'report') worker.report(morePairs(worker.task.stats, [0, 0, 2, 0, 0]), now);
            else worker.call('beat', now, { run_id: RUN, task_id: worker.task.taskId });
          }
        } finally {
          dropRun(state, slot);
          collectBatch(state);
        }
      }),
      { numRuns: 100 },
    );
  });
});
