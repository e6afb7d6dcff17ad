/** Stopping takes every step, in bounded time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runShutdownSteps } from '../../src/server/shutdown.js';

const never = () => new Promise<void>(() => {});

test('every step is taken, also after one that failed or hangs, and the vital one has its time', async () => {
  const taken: string[] = [];
  const failed: string[] = [];
  const began = performance.now();
  const clean = await runShutdownSteps(
    [
      { name: 'hangs', run: never },
      { name: 'hangs too', run: never },
      {
        name: 'fails',
        run: () => {
          throw new Error('x');
        },
      },
      { name: 'writes', run: () => sleep(200).then(() => taken.push('writes')), isVital: true },
      { name: 'closes', run: () => taken.push('closes') },
    ],
    { timeoutMs: 1200, onError: (step) => failed.push(step) },
  );
  assert.equal(clean, false);
  assert.deepEqual(taken, ['writes', 'closes']);
  assert.deepEqual(failed, ['hangs', 'hangs too', 'fails']);
  assert.ok(performance.now() - began < 5000);
});

test('a vital step that hangs is left when the time is over', async () => {
  const failed: unknown[] = [];
  const steps = [{ name: 'writes', run: never, isVital: true }];
  assert.equal(
    await runShutdownSteps(steps, { timeoutMs: 200, onError: (...what) => failed.push(what.map(String)) }),
    false,
  );
  assert.match(String(failed), /^writes,Error: it took too long/);
});

test('a vital step leaves the process time to end', async () => {
  const given: number[] = [];
  const steps = [{ name: 'writes', run: (ms: number) => given.push(ms), isVital: true }];
  await runShutdownSteps(steps, { timeoutMs: 60_000, onError: () => {} });
  assert.ok(given[0]! > 50_000 && given[0]! <= 59_000, `${given} ms`);
});

test('steps that succeed are clean', async () => {
  assert.equal(
    await runShutdownSteps([{ name: 'a', run: () => {} }], { timeoutMs: 1000, onError: () => {} }),
    true,
  );
});
