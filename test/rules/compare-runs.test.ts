/** The laws of the order of runs: each criterion decides only where those before are equal, and the oldest of equals wins. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { goesBefore, loadWith } from '../../src/rules/compare-runs.js';

type Run = readonly [priority: number, cores: number, load: number];

/** Few values, so that equal ones are common; an itp of 0 makes an endless load. */
const anyRun = fc
  .record({
    priority: fc.constantFrom(-1, 0, 2.5),
    cores: fc.constantFrom(0, 1, 8, 64),
    concurrency: fc.constantFrom(1, 8),
    itp: fc.constantFrom(0, 50, 100, 123.4),
  })
  .map(({ priority, cores, concurrency, itp }): Run => [priority, cores, loadWith(cores, concurrency, itp)]);

const before = (a: Run, b: Run) => goesBefore(...a, ...b);
const equal = (a: Run, b: Run) => !before(a, b) && !before(b, a);
/** As the scheduler looks for it, with the oldest run first. */
const firstOf = (runs: readonly Run[]) => runs.reduce((best, run) => (before(run, best) ? run : best));

describe('the order of runs', () => {
  it('is total: of two runs one is better, unless they are equal in all', () => {
    fc.assert(
      fc.property(anyRun, anyRun, (a, b) => {
        assert.ok(!(before(a, b) && before(b, a)));
        const alike = a[0] === b[0] && a[1] > 0 === b[1] > 0 && a[2] === b[2];
        assert.equal(equal(a, b), alike);
      }),
    );
  });

  it('is transitive, for better runs and for equal ones', () => {
    fc.assert(
      fc.property(anyRun, anyRun, anyRun, (a, b, c) => {
        if (before(a, b) && before(b, c)) assert.ok(before(a, c));
        if (equal(a, b) && equal(b, c)) assert.ok(equal(a, c));
      }),
    );
  });

  it('gives the oldest of the best runs, in whatever order the others come', () => {
    fc.assert(
      fc.property(fc.array(anyRun, { minLength: 1 }), (runs) => {
        const copies = runs.map((run): Run => [...run]);
        const chosen = firstOf(copies);
        assert.ok(copies.every((run) => !before(run, chosen)));
        assert.equal(
          copies.find((run) => equal(run, chosen)),
          chosen,
        );
      }),
    );
  });

  it('looks at priority first, then at idle runs, then at the load', () => {
    const busyButUrgent: Run = [1, 900, 99];
    const idle: Run = [0, 0, 7];
    const light: Run = [0, 4, 0.05];
    const heavy: Run = [0, 4, 0.1];
    const runs = [heavy, light, idle, busyButUrgent];
    assert.deepEqual(
      runs.sort((a, b) => (before(a, b) ? -1 : 1)),
      [busyButUrgent, idle, light, heavy],
    );
  });

  it('counts half of the worker towards the load', () => {
    assert.equal(loadWith(10, 8, 100), 0.14);
    assert.equal(loadWith(0, 1, 0), Number.POSITIVE_INFINITY);
  });
});
