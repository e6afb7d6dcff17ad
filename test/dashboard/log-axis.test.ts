import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { logRange } from '../../src/dashboard/page/log-axis.js';

/** The ticks as uPlot sets them: from the lower end in steps of its power of ten, each rounded to the digits of the step. */
function ticksOf(low: number, high: number): number {
  let step = 10 ** Math.floor(Math.log10(low));
  let tick = low;
  let ticks = 0;
  while (tick <= high && ticks < 1000) {
    ticks++;
    const digits = Math.round(-Math.log10(step));
    const isPower = Math.abs(step * 10 ** digits - 1) < 1e-9;
    tick = Math.round((tick + step) * (isPower ? 10 ** digits : 1)) / (isPower ? 10 ** digits : 1);
    if (tick >= step * 10 * (1 - 1e-12)) step = tick;
  }
  return ticks;
}

describe('the logarithmic axis', () => {
  it('has ends between which the ticks come to an end, with all values between them', () => {
    const seconds = fc.double({ min: 2e-6, max: 60, noNaN: true });
    fc.assert(
      fc.property(seconds, seconds, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const [from, to] = logRange(low, high);
        assert.ok(from > 0 && from < low && to > high);
        assert.ok(ticksOf(from, to) < 100, `${from} to ${to}`);
      }),
      { numRuns: 10_000 },
    );
  });

  it('stands even where nothing is to show', () => {
    for (const nothing of [null, 0]) assert.deepEqual(logRange(nothing, nothing), [5e-5, 2e-3]);
  });

  it('would never end its ticks from just below a power of ten on', () => {
    assert.equal(ticksOf(9.7e-5, 1), 1000);
  });
});
