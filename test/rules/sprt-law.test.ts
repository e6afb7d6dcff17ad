/** What a sequential test comes to before it is played (docs/spec/web-ui.md §4.16). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundScores, type SprtPlan, sprtOutlook } from '../../src/rules/sprt-law.js';

const PLAN: SprtPlan = { model: 'normalized', elo0: 0, elo1: 2, drawRatio: 0.49, rmsBias: 191 };
const near = (actual: number, wanted: number) =>
  assert.ok(Math.abs(actual - wanted) <= 1e-9 * Math.abs(wanted), `${actual} for ${wanted}`);

test('a normalized test passes with its error rates at its bounds', () => {
  const [low, high] = boundScores(PLAN).map((score) => 400 * Math.log10(score / (1 - score))) as [
    number,
    number,
  ];
  near(sprtOutlook(PLAN, low).passes, 0.05);
  near(sprtOutlook(PLAN, high).passes, 0.95);
  near(sprtOutlook(PLAN, 0).games, 159_942.4221910198);
  near(sprtOutlook(PLAN, 1).passes, 0.9444699990948261);
  near(sprtOutlook(PLAN, 3).games, 36_364.24811743277);
});

test('in the middle it is even, and lasts longest', () => {
  const plan: SprtPlan = { ...PLAN, model: 'logistic', elo0: -1, elo1: 1 };
  const even = sprtOutlook(plan, 0);
  near(even.passes, 0.5);
  for (const elo of [-1, -0.001, 0.001, 1]) assert.ok(sprtOutlook(plan, elo).games < even.games);
});
