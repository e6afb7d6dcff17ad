/** A pool that is closed while its threads load their modules: ending them there would abort the process. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { seed } from '../server/seed.js';

const CHILD = fileURLToPath(new URL('./fixtures/close-early.js', import.meta.url));
/** Before, in the middle of, and after their start. */
const AFTER_MS = [0, 100, 200, 300, 340, 380, 420, 460];

it('a pool is closed in order at any moment of its start', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-pool-'));
  try {
    await seed(`sqlite:${directory}`);
    for (const ms of AFTER_MS) {
      const child = spawn(process.execPath, [CHILD, `sqlite:${directory}`, `${ms}`], { stdio: 'inherit' });
      assert.deepEqual(await once(child, 'exit'), [0, null], `closed after ${ms} ms`);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
