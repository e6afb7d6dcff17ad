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

async function closePools(
  kind: 'pool' | 'page',
  afterMs: readonly number[],
  withinMs: number,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-pool-'));
  try {
    await seed(`sqlite:${directory}`);
    for (const ms of afterMs) {
      const args = [CHILD, kind, `sqlite:${directory}`, `${ms}`, `${withinMs}`];
      const child = spawn(process.execPath, args, { stdio: 'inherit' });
      assert.deepEqual(await once(child, 'exit'), [0, null], `closed after ${ms} ms`);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

it('a pool without time is closed in order at any moment of its start', () =>
  closePools('pool', AFTER_MS, 1));

it('so is one of threads that make pages', () => closePools('page', [0, 300, 600], 1));

it('a pool that needs less time than it has leaves nothing that goes on', () =>
  closePools('pool', [0], 60_000));
