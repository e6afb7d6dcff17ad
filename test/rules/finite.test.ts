/** No estimate is ever NaN: whatever results validate, whatever parameters a form lets through. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Results } from '../../src/model/documents.js';
import { chi2OfWorkers, colorOfResidual, findOutliers } from '../../src/rules/chi2.js';
import { crashOrTimeMessage } from '../../src/rules/crash-or-time.js';
import { estimateElo } from '../../src/rules/elo.js';
import { finishedMessage, remainingHours } from '../../src/rules/run-progress.js';
import { liveLlr, newSprt, updateSprt } from '../../src/rules/sprt.js';
import { sprtInterval } from '../../src/rules/sprt-elo.js';
import { workerCap } from '../../src/rules/task-size.js';
import { internalThroughput } from '../../src/rules/throughput.js';

const count = fc.oneof(fc.nat(3), fc.nat(1000), fc.nat(100_000_000));
const results = fc
  .tuple(count, count, count, count, count, fc.nat(100), fc.boolean())
  .map(([p0, p1, p2, p3, p4, bad, trinomial]): Results => {
    const counts = {
      wins: p3 + 2 * p4,
      losses: p1 + 2 * p0,
      draws: p1 + p3 + 2 * p2,
      crashes: bad,
      time_losses: bad,
    };
    return trinomial ? counts : { ...counts, pentanomial: [p0, p1, p2, p3, p4] };
  });
const elo = fc.double({ min: -10, max: 10, noNaN: true });
const model = fc.constantFrom('BayesElo' as const, 'logistic' as const, 'normalized' as const);
const tc = fc
  .record({ moves: fc.nat(80), base: fc.nat(600), increment: fc.nat(600) })
  .map(({ moves, base, increment }) => `${moves > 0 ? `${moves}/` : ''}${base}+${increment / 100}`);

function assertNumbers(values: object): void {
  for (const [name, value] of Object.entries(values)) {
    for (const x of [value].flat()) assert.ok(typeof x !== 'number' || !Number.isNaN(x), `${name} is ${x}`);
  }
}

test('estimates of any results are numbers', () => {
  fc.assert(
    fc.property(
      results,
      elo,
      fc.double({ min: 0.5, max: 10, noNaN: true }),
      model,
      (R, elo0, width, eloModel) => {
        const counts = R.pentanomial ?? [R.losses, R.draws, R.wins];
        assertNumbers(estimateElo(counts));
        const bounds = { alpha: 0.05, beta: 0.05, elo0, elo1: elo0 + width, eloModel };
        assertNumbers(sprtInterval(R, bounds));
        assertNumbers({ llr: liveLlr(R, { elo0, elo1: elo0 + width, elo_model: eloModel }) });
        const sprt = newSprt({ ...bounds, batchSize: 1 });
        updateSprt(R, sprt);
        const { overshoot, ...rest } = sprt;
        assertNumbers({ ...rest, ...overshoot });
        for (const test of [sprt, undefined]) {
          assert.doesNotMatch(
            finishedMessage({ isSpsa: false, isGreen: true, results: R, sprt: test }),
            /nan/i,
          );
        }
        assert.doesNotMatch(crashOrTimeMessage(R) ?? '', /nan/i);
      },
    ),
    { numRuns: 300 },
  );
});

test('what a run needs is a number at any time control', () => {
  fc.assert(
    fc.property(
      results,
      tc,
      fc.integer({ min: 1, max: 512 }),
      elo,
      fc.nat(500),
      (R, time, threads, elo0, owned) => {
        const sprt = newSprt({
          alpha: 0.05,
          beta: 0.05,
          elo0,
          elo1: elo0 + 1,
          eloModel: 'normalized',
          batchSize: 1,
        });
        updateSprt(R, sprt);
        const games = R.wins + R.losses + R.draws;
        assertNumbers({
          hours: remainingHours({ args: { tc: time, threads, num_games: 800_000, sprt }, results: R }),
          itp: internalThroughput({
            throughput: 100,
            tc: time,
            threads,
            activeRunsOfOwner: owned,
            games,
            sprt,
          }),
          cap: workerCap({ gameDuration: 0.001, threads, concurrency: threads, batchSize: 1 }),
        });
      },
    ),
  );
});

test('residuals of any workers are numbers, and only a worker with a residual is bad', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  fc.assert(
    fc.property(fc.array(fc.record({ key, stats: results }), { maxLength: 12 }), (tasks) => {
      const chi2 = chi2OfWorkers(tasks);
      if (chi2.dof > 0) assertNumbers({ ...chi2, residual: [...chi2.residual.values()] });
      for (const worker of findOutliers(tasks, chi2, 0.01, 4.5, 3))
        assert.ok(tasks.some((task) => task.key === worker));
      for (const residual of chi2.residual.values()) {
        assert.match(colorOfResidual(residual, chi2), /^(green|yellow|red)$/);
      }
    }),
    { numRuns: 300 },
  );
});

test('remaining hours of documents that do not say their threads are those of one', () => {
  const results = { wins: 0, losses: 0, draws: 0, crashes: 0, time_losses: 0 };
  const args = { tc: '10+0.1', num_games: 1000 };
  const hours = remainingHours({ args: { ...args, threads: 1 }, results });
  for (const threads of [undefined, null, 0, -1, 'x', Number.NaN]) {
    assert.equal(remainingHours({ args: { ...args, threads }, results }), hours);
  }
  assert.equal(remainingHours({ args, results }), hours);
});
