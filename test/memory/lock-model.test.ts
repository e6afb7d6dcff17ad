/** The model of the lock holds, and a broken one is found out. `.ci/prove-lock` checks more of both. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const MODEL = resolve('native-notes/lock.pml');
const missing = ['spin', 'gcc'].filter((tool) => spawnSync(tool, ['--version']).error !== undefined);
const skip = missing.length === 0 ? false : `left out: ${missing.join(' and ')} not installed`;

function errorsOf(...flags: string[]): number {
  const place = mkdtempSync(join(tmpdir(), 'shoal-spin-'));
  try {
    execFileSync('spin', ['-a', ...flags, MODEL], { cwd: place, stdio: 'pipe' });
    execFileSync('gcc', ['-DSAFETY', '-DNOCLAIM', '-DCOLLAPSE', '-o', 'pan', 'pan.c'], {
      cwd: place,
      stdio: 'pipe',
    });
    const report = execFileSync('./pan', ['-m100000'], { cwd: place, encoding: 'utf8' });
    return Number(/errors: (\d+)/.exec(report)?.[1]);
  } finally {
    rmSync(place, { recursive: true });
  }
}

test('two threads and a death: one owner at a time, and nobody sleeps for ever', { skip }, () => {
  assert.equal(errorsOf('-DTHIRD=0', '-DDEATHS=1'), 0);
});

test('a releaser that does not look at the bitmap again is found out', { skip }, () => {
  assert.equal(errorsOf('-DTHIRD=0', '-DDEATHS=0', '-DMUTANT=1'), 1);
});
