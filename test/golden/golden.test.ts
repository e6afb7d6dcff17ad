/** Replays the recordings, where they are at hand (SHOAL_GOLDEN, default ../shared/golden). */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { StorePlace } from '../store/contract.js';
import { mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { runFile } from './run-file.js';

const DIRECTORY = resolve(process.env['SHOAL_GOLDEN'] ?? '../shared/golden');

for (const name of ['stats', 'spsa', 'estimates', 'purge', 'scheduling', 'validation']) {
  test(`the recorded answers of ${name}.json`, { skip: isMissing(name) }, () => passes(name));
}

test(
  'the recorded answers of scheduling.json, over MongoDB',
  {
    skip: isMissing('scheduling') || withoutMongodb,
  },
  () => passes('scheduling', () => mongodbPlace('dots in keys', 'lists in lists')),
);

function isMissing(name: string): string | false {
  const path = pathOf(name);
  return existsSync(path) ? false : `no recordings at ${path}: set SHOAL_GOLDEN`;
}

function pathOf(name: string): string {
  return join(DIRECTORY, `${name}.json`);
}

async function passes(name: string, makePlace?: () => Promise<StorePlace>): Promise<void> {
  const report = await runFile(pathOf(name), makePlace);
  assert.ok(report !== undefined && report.verdicts.length > 0);
  const failures = report.verdicts.flatMap((verdict, index) =>
    verdict.kind === 'fail' ? [`case ${index}: ${verdict.why}`] : [],
  );
  assert.deepEqual(failures, []);
}
