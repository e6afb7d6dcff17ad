/** A task of an old database, and its run as the API hands it on: any member may be missing or of another type. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BadTaskDocument } from '../../src/model/documents.js';
import { WorkerCounts } from '../../src/rules/chi2.js';
import { readTask } from '../../src/rules/stored-task.js';
import { rowOf } from '../../src/site/test-page/task-rows.js';
import { listedRun, shownTask, singleRun } from '../../src/state/public-views.js';
import { task } from '../protocol/samples.js';
import { runHead } from '../store/documents.js';

const ODD = [undefined, null, '', '9.3.0', 5, -1, Number.NaN, 1e300, {}, [], [null], true, new Date(0)];
const PURGED = { ...task(), active: false, bad: true, task_id: 0, residual: 3, residual_color: 'red' };

function pathsOf(value: object, path: readonly string[] = []): string[][] {
  return Object.entries(value).flatMap(([name, member]) => [
    [...path, name],
    ...(typeof member === 'object' && member !== null ? pathsOf(member as object, [...path, name]) : []),
  ]);
}

function changed(whole: object, path: readonly string[], value: unknown): unknown {
  const copy = structuredClone(whole) as Record<string, unknown>;
  let place = copy;
  for (const name of path.slice(0, -1)) place = place[name] as Record<string, unknown>;
  if (value === undefined) delete place[path.at(-1)!];
  else place[path.at(-1)!] = value;
  return copy;
}

test('a row of the table of tasks says nothing odd', () => {
  const counts = new WorkerCounts();
  const chi2 = counts.test();
  for (const path of pathsOf(PURGED)) {
    for (const value of ODD) {
      // Lists of documents have no holes.
      if (value === undefined && /^\d$/.test(path.at(-1)!)) continue;
      const name = `${path.join('.')} = ${value === undefined ? 'missing' : JSON.stringify(value)}`;
      const stored = changed(PURGED, path, value) as BadTaskDocument;
      const whole = readTask(stored);
      if (whole.stats === undefined) continue;
      const row = rowOf(0, whole, chi2);
      const texts = [
        row.worker,
        row.info,
        row.played,
        row.crashes,
        row.time,
        row.pentanomial ?? [],
        row.wanted,
      ];
      assert.doesNotMatch(JSON.stringify(texts), /NaN|undefined|null|\[object/, name);
      new Date(row.lastUpdated).toISOString();
      assert.ok(!Number.isNaN(row.residual.residual), name);
      shownTask(stored);
    }
  }
});

test('versions of the oldest documents are texts, and shown', () => {
  const stored = changed(PURGED, ['worker_info', 'gcc_version'], '9.3.0') as BadTaskDocument;
  assert.match(rowOf(0, readTask(stored), new WorkerCounts().test()).info, /g\+\+ 9\.3\.0/);
});

test('a whole task stays as it is', () => {
  assert.deepEqual(readTask(PURGED as unknown as BadTaskDocument), PURGED);
});

test('the API hands a run on whatever it lacks', () => {
  const head = runHead(0);
  for (const path of [['args'], ['args', 'spsa'], ['start_time'], ['last_updated'], ['results']]) {
    for (const value of ODD) {
      const stored = changed(head, path, value) as typeof head;
      JSON.stringify([listedRun(stored), singleRun(stored)]);
    }
  }
});
