/** Replays the recordings: the repository's own, or those of SHOAL_GOLDEN. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import type { StorePlace } from '../store/store-place.js';
import { recordingOf } from './recordings.js';
import { runFile } from './run-file.js';

for (const name of ['stats', 'spsa', 'estimates', 'purge', 'scheduling', 'validation']) {
  test(`the recorded answers of ${name}.json`, () => passes(name));
}

test('the recorded answers of scheduling.json, over MongoDB', { skip: withoutMongodb }, () =>
  passes('scheduling', () => mongodbPlace('dots in keys', 'lists in lists')),
);

async function passes(name: string, makePlace?: () => Promise<StorePlace>): Promise<void> {
  const report = await runFile(await recordingOf(name), makePlace);
  assert.ok(report !== undefined && report.verdicts.length > 0);
  const failures = report.verdicts.flatMap((verdict, index) =>
    verdict.kind === 'fail' ? [`case ${index}: ${verdict.why}`] : [],
  );
  assert.deepEqual(failures, []);
}
