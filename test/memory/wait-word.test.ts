import './fixtures/lock-check-on.js';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { isAtLeast, WaitWord } from '../../src/memory/locks/wait-word.js';
import { Region } from '../../src/memory/region.js';
import { REGION_BYTES, Tables } from './fixtures/tables.js';
import { startWorker } from './fixtures/workers.js';

describe('WaitWord', () => {
  it('wraps at 2^32, and serial numbers compare across the wrap', () => {
    const word = new WaitWord(Region.create(64 * 1024), 'word');
    word.store(0x7fffffff);
    const before = word.load();
    assert.equal(word.add(2), -0x7fffffff);
    assert.equal(isAtLeast(word.load(), before), true);
    assert.equal(isAtLeast(before, word.load()), false);
    assert.equal(isAtLeast(before, before), true);
  });

  it('waits until its time is over, or not at all for a word that has changed', {
    timeout: 120_000,
  }, async () => {
    const word = new WaitWord(Region.create(64 * 1024), 'word');
    word.store(5);
    for (const wait of [word.wait.bind(word), word.waitAsync.bind(word)]) {
      await wait(4, 600_000);
      const then = performance.now();
      await wait(5, 30);
      assert.ok(performance.now() - then >= 25);
    }
  });

  it('wakes a parked thread and a waiting event loop', { timeout: 120_000 }, async () => {
    const region = Region.create(REGION_BYTES);
    const { gate } = new Tables(region);
    gate.store(1);
    const worker = startWorker(region, { job: 'waitForWord', rounds: 3 });
    await once(worker, 'message');
    const here = gate.waitAsync(1, 600_000);
    const answer = once(worker, 'message');
    gate.store(3);
    gate.notify();
    await here;
    assert.deepEqual((await answer)[0], [3]);
  });

  it('keeps a process alive that has nothing else to do', () => {
    const script = `
      import { Region } from '${new URL('../../src/memory/region.js', import.meta.url)}';
      import { WaitWord } from '${new URL('../../src/memory/locks/wait-word.js', import.meta.url)}';
      await new WaitWord(Region.create(65536), 'word').waitAsync(0, 50);
      console.log('woke');
    `;
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    assert.deepEqual([child.stdout, child.status], ['woke\n', 0], child.stderr);
  });
});
