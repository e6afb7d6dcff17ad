/** Stopping takes every step, in bounded time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runShutdownSteps } from '../../src/server/shutdown.js';

const never = () => new Promise<void>(() => {});

test('every step is taken, also after one that failed or hangs, and the vital one has its time', async () => {
  const taken: string[] = [];
  const failed: string[] = [];
  const given = new Map<string, number>();
  const hang = (name: string) => ({
    name,
    share: 0.005,
    run: (ms: number) => {
      given.set(name, ms);
      return never();
    },
  });
  const take = (name: string) => (ms: number) => {
    given.set(name, ms);
    taken.push(name);
  };
  const clean = await runShutdownSteps(
    [
      hang('hangs'),
      hang('hangs too'),
      {
        name: 'fails',
        run: () => {
          throw new Error('x');
        },
      },
      { name: 'reads', run: take('reads') },
      { name: 'writes', run: take('writes'), isVital: true },
      { name: 'closes', run: take('closes') },
    ],
    { timeoutMs: 60_000, onError: (step) => failed.push(step) },
  );
  assert.equal(clean, false);
  assert.deepEqual(taken, ['reads', 'writes', 'closes']);
  assert.deepEqual(failed, ['hangs', 'hangs too', 'fails']);
  assert.deepEqual([given.get('hangs'), given.get('hangs too')], [300, 300]);
  assert.ok(given.get('reads')! < 30_000, 'the other half is the vital step’s');
  assert.ok(given.get('writes')! > given.get('reads')! + 20_000, `${[...given]}`);
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
