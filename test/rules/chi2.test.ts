import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Pentanomial } from '../../src/model/documents.js';
import {
  chi2OfWorkers,
  colorOfResidual,
  evenChi2Tail,
  findOutliers,
  residualOf,
  type TaskView,
} from '../../src/rules/chi2.js';
import { displayResidual } from '../../src/rules/residual-display.js';
import { assertClose, assertRelativelyClose } from './close.js';

function task(key: string, ...pentanomial: Pentanomial): TaskView {
  return { key, stats: { pentanomial } };
}

const TASKS = [
  task('a', 2, 30, 60, 33, 3),
  task('b', 1, 25, 55, 28, 2),
  task('c', 9, 50, 40, 20, 1),
  task('a', 1, 10, 20, 12, 0),
  task('d', 0, 1, 3, 1, 0),
];

test('the chi-squared test of docs/spec/scheduling.md §14', () => {
  const chi2 = chi2OfWorkers(TASKS);
  assertClose(chi2.chi2, 23.95385110070555);
  assert.equal(chi2.dof, 4);
  assertRelativelyClose(chi2.p, 8.159417138420277e-5, 1e-9);
  assert.deepEqual([...chi2.residual.keys()], ['a', 'b', 'c']);
  assertClose(chi2.residual.get('a')!, 1.7288244518337976);
  assertClose(chi2.residual.get('b')!, 1.4036537759855456);
  assertClose(chi2.residual.get('c')!, 4.34428737010511);
  assertClose(chi2.z_95, 2.128045234184983);
  assertClose(chi2.z_99, 2.7130518884727213);
  assert.deepEqual(findOutliers(TASKS, chi2, 0.001, 7, 1), ['c']);
  assert.deepEqual(findOutliers(TASKS, chi2, 0, 7, 1), []);
  const colors = ['a', 'b', 'c'].map((key) => colorOfResidual(chi2.residual.get(key)!, chi2));
  assert.deepEqual(colors, ['green', 'green', 'red']);
});

test('tails of docs/spec/scheduling.md §14', () => {
  assertClose(residualOf(5), 1.3911828143255687);
  assertClose(residualOf(50), 6.657904643501104);
  assertClose(residualOf(700), 26.298673057484823);
  assert.equal(residualOf(1600), Number.POSITIVE_INFINITY);
  assert.equal(residualOf(1), 0);
  assertRelativelyClose(evenChi2Tail(10, 2), 0.04042768199451274, 1e-12);
  assertRelativelyClose(evenChi2Tail(300, 100), 5.924540335433548e-6, 1e-9);
  assert.equal(evenChi2Tail(1e6, 3), 0);
  assertClose(evenChi2Tail(4000, 2000), 0.5, 1e-2);
});

test('one worker, or none with enough games, cannot be compared', () => {
  for (const tasks of [[], TASKS.slice(0, 1), [task('x', 0, 1, 1, 1, 0), task('y', 0, 1, 1, 0, 0)]]) {
    const chi2 = chi2OfWorkers(tasks);
    assert.ok(Number.isNaN(chi2.chi2) && Number.isNaN(chi2.p) && Number.isNaN(chi2.z_99));
    assert.equal(chi2.residual.size, 0);
    assert.deepEqual(findOutliers(tasks, chi2, 1, 0, 3), []);
  }
  assert.equal(colorOfResidual(0, { z_95: Number.NaN, z_99: Number.NaN }), 'red');
});

test('the order of the tasks and the split of a worker over tasks make no difference', () => {
  const pairs = fc.tuple(
    ...(Array.from({ length: 5 }, () => fc.integer({ min: 5, max: 500 })) as [
      fc.Arbitrary<number>,
      fc.Arbitrary<number>,
      fc.Arbitrary<number>,
      fc.Arbitrary<number>,
      fc.Arbitrary<number>,
    ]),
  );
  const tasks = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), pairs), {
    minLength: 2,
    maxLength: 20,
  });
  fc.assert(
    fc.property(tasks, (list) => {
      const views = list.map(([key, pentanomial]) => task(key, ...pentanomial));
      const forward = chi2OfWorkers(views);
      const backward = chi2OfWorkers(views.toReversed());
      assert.equal(forward.dof, backward.dof);
      for (const [key, residual] of forward.residual) {
        assertClose(backward.residual.get(key)!, residual, 1e-6);
        assert.ok(residual >= 0);
      }
    }),
  );
});

test('shown residuals', () => {
  const chi2 = chi2OfWorkers(TASKS);
  const worker_info = { unique_key: 'zz' };
  assert.deepEqual(displayResidual({ worker_info, stats: { crashes: 4 } }, chi2), {
    residual: 10,
    residual_color: 'red',
    display_color: '#FF6A6A',
  });
  assert.equal(displayResidual({ worker_info, stats: {} }, chi2).residual, Number.POSITIVE_INFINITY);
});
