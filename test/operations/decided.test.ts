/** Single steps of live runs: what a decided run still takes, and what every report leaves for the store. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { dropRun } from '../../src/operations/run/load-run.js';
import { collectBatch } from '../../src/state/collect-batch.js';
import { readHead } from '../../src/state/run-document.js';
import { RunWord } from '../../src/state/run-record.js';
import { addRun, createWorld, freshRun, morePairs, sprtArgs, TestWorker } from './world.js';

const NOW = Date.now();
const pairs = fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4), fc.nat(4), fc.nat(4));
const RUN = 'bbbbbbbbbbbbbbbbbbbbbbb1';

describe('a live run', () => {
  const { state } = createWorld();
  before(() => state.threads.join('main'));
  after(() => state.threads.leave());

  async function withRun(changes: object, act: (slot: number, workers: TestWorker[]) => void): Promise<void> {
    const slot = await addRun(state, freshRun(RUN, changes));
    try {
      act(
        slot,
        [1, 2, 3].map((number) => new TestWorker(state, number)),
      );
    } finally {
      dropRun(state, slot);
      collectBatch(state);
    }
  }

  it('never leaves the state that decided its SPRT, whatever workers still send', async () => {
    let decided = 0;
    const walk = fc.asyncProperty(fc.array(pairs, { minLength: 40, maxLength: 120 }), async (reports) => {
      await withRun(sprtArgs(-60, 60), (slot, workers) => {
        let end: string | undefined;
        reports.forEach((report, i) => {
          const worker = workers[i % workers.length]!;
          if (worker.task === undefined && !worker.ask(NOW))
            worker.call('beat', NOW, { run_id: RUN, task_id: 0 });
          else worker.report(morePairs(worker.task!.stats, report), NOW);
          const head = readHead(state, slot);
          assert.equal(head.finished, head.args.sprt!.state !== '', 'the run ends with its test');
          if (end !== undefined) assert.equal(JSON.stringify([head.args.sprt, head.results]), end);
          else if (head.finished) end = JSON.stringify([head.args.sprt, head.results]);
        });
        if (end !== undefined) decided++;
      });
    });
    await fc.assert(walk, { numRuns: 40 });
    assert.ok(decided >= 5, `${decided} of the runs were decided`);
  });

  it('writes every report of a task whose worker_info changed', async () => {
    await withRun({ num_games: 4000 }, (slot, [worker]) => {
      worker!.ask(NOW);
      const written = () => {
        const { runs } = collectBatch(state);
        return runs.find(({ runId }) => runId === RUN)?.tasks[0];
      };
      assert.equal(written()!.isNew, true);
      for (let nps = 1; nps <= 4; nps++) {
        const stats = morePairs(worker!.task!.stats, [0, 1, 1, 1, 0]);
        // Two reports of three come with another worker_info, and one with the same again.
        worker!.report(stats, NOW, { nps: nps === 3 ? 2 : nps });
        const write = written();
        assert.deepEqual(write?.stats, stats, `report ${nps}`);
        assert.equal(write.worker_info?.nps, nps === 3 ? undefined : nps);
        assert.equal(state.runs.word(slot, RunWord.dirtyTasks), 0);
      }
      assert.equal(worker!.call('beat', NOW + 1, { run_id: RUN, task_id: 0 }).status, 200);
      assert.equal(written()?.last_updated, NOW + 1);
    });
  });
});
