import './fixtures/lock-check-on.js';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_THREADS } from '../../src/memory/locks/thread-row.js';
import { currentThread, Threads, threadsOf } from '../../src/memory/locks/threads.js';
import { Region } from '../../src/memory/region.js';

const BYTES = 128 * 1024;

describe('Threads', () => {
  it('says so when the thread has not joined, or the region has no registry', () => {
    assert.throws(() => currentThread(), /has not joined/);
    assert.throws(() => new Threads(Region.create(BYTES)).self(), /has not joined/);
    assert.throws(() => threadsOf(Region.create(BYTES)), /construct Threads/);
  });

  it('gives slots from 1, uses them again with another generation, and lists who is there', () => {
    const region = Region.create(BYTES);
    const main = new Threads(region);
    const other = new Threads(Region.attach(region.buffer));
    assert.equal(main.join('main'), 1);
    assert.equal(other.join('pool 1', { parks: false }), 2);
    assert.equal(currentThread(), 2);
    assert.throws(() => other.join('again'), /joined already/);
    assert.deepEqual([main.parks, other.parks], [true, false]);
    const word = other.lockWord;
    other.leave();
    assert.throws(() => currentThread(), /has not joined/);
    assert.equal(other.join('pool 2'), 2);
    assert.notEqual(other.lockWord, word);
    assert.deepEqual(main.list(), [
      { slot: 1, role: 'main', generation: 1, alive: true },
      { slot: 2, role: 'pool 2', generation: 2, alive: true },
    ]);
  });

  it('keeps a dead thread’s slot until it is reaped', () => {
    const region = Region.create(BYTES);
    const main = new Threads(region);
    new Threads(Region.attach(region.buffer)).join('dies');
    main.markDead(1);
    assert.deepEqual(
      main.list().map(({ alive }) => alive),
      [false],
    );
    assert.equal(main.join('main'), 2);
    main.reap(1);
    assert.deepEqual(
      main.list().map(({ slot }) => slot),
      [2],
    );
  });

  it('takes 64 threads and no more', () => {
    const region = Region.create(BYTES);
    new Threads(region).join('1');
    const join = (role: string): number => new Threads(Region.attach(region.buffer)).join(role);
    for (let i = 2; i <= MAX_THREADS; i++) assert.equal(join(`${i}`), i);
    assert.throws(() => join('one more'), /all 64 thread slots/);
  });
});
