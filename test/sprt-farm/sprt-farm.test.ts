/** The farm of sequential tests in one thread, straight through the operations; `main.ts` plays it through the server. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { dropRun } from '../../src/operations/run/load-run.js';
import { collectBatch } from '../../src/state/collect-batch.js';
import { readSprt } from '../../src/state/results.js';
import { Random } from '../../src/swarm/seeded-random.js';
import { addResults, pairOdds, playPairs } from '../../src/swarm/simulated-games.js';
import { addRun, createWorld, freshRun, sprtArgs, TestWorker } from '../operations/world.js';
import { type Decision, DRAW_RATIO, ELO0, ELO1, judge, logisticElo, mostErrors } from './judge.js';

const RUN = 'cccccccccccccccccccccccc';
const NOW = Date.now();
const TESTS = 200;
const GAMES = 32;
const SEED = 20_240_601;

describe('a farm of sequential tests', () => {
  const { state } = createWorld();
  before(() => state.threads.join('main'));
  after(() => state.threads.leave());

  /** Plays one run to its decision, with the games of an engine of this strength. */
  async function decide(random: Random, strong: boolean): Promise<Decision> {
    const slot = await addRun(state, freshRun(RUN, { ...sprtArgs(ELO0, ELO1), num_games: 800_000 }));
    const worker = new TestWorker(state, 1);
    const odds = pairOdds(logisticElo(strong ? ELO1 : ELO0), DRAW_RATIO);
    while (worker.ask(NOW)) {
      while (worker.task !== undefined) {
        const left = worker.task.numGames - games(worker.task.stats);
        const stats = playPairs(random, odds, Math.min(GAMES, left), 0);
        addResults(stats, worker.task.stats as typeof stats);
        assert.ok(worker.report(stats, NOW), 'the report was taken');
      }
    }
    const decision = { strong, state: readSprt(state.runs, slot).state! };
    dropRun(state, slot);
    collectBatch(state);
    return decision;
  }

  it(`errs within the bounds asked for (seed ${SEED})`, async () => {
    const random = new Random(SEED);
    const decisions: Decision[] = [];
    for (let i = 0; i < TESTS; i++) decisions.push(await decide(random, i % 2 === 1));
    const { ok, lines } = judge(decisions);
    assert.ok(ok, lines.join('\n'));
  });

  it('would not pass with engines of the other strength', () => {
    const inverted = Array.from({ length: 20 }, (_, i) => ({
      strong: i % 2 === 1,
      state: i % 2 === 1 ? 'rejected' : 'accepted',
    }));
    assert.equal(judge(inverted).ok, false);
    assert.equal(judge([...inverted, { strong: true, state: '' }]).lines.length, 3);
  });

  it('knows how many errors are credible', () => {
    // P(X > 13) = 0.0005 and P(X > 12) = 0.0015 for 100 tests at 5 %.
    assert.equal(mostErrors(100, 0.05), 13);
  });
});

function games({ wins, losses, draws }: { wins: number; losses: number; draws: number }): number {
  return wins + losses + draws;
}
