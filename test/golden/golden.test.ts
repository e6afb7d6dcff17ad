/** Replays the recordings, where they are at hand (SHOAL_GOLDEN, default ../shared/golden). */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { runFile } from './run-file.js';

const DIRECTORY = resolve(process.env['SHOAL_GOLDEN'] ?? '../shared/golden');

for (const name of ['stats', 'spsa', 'estimates', 'purge', 'scheduling', 'validation']) {
  const path = join(DIRECTORY, `${name}.json`);
  const skip = existsSync(path) ? false : `no recordings at ${path}: set SHOAL_GOLDEN`;
  test(`the recorded answers of ${name}.json`, { skip }, async () => {
    const report = await runFile(path);
    assert.ok(report !== undefined && report.verdicts.length > 0);
    const failures = report.verdicts.flatMap((verdict, index) =>
      verdict.kind === 'fail' ? [`case ${index}: ${verdict.why}`] : [],
    );
    assert.deepEqual(failures, []);
  });
}
