/** The giver and the taker of a lock die, and the taker is reaped first: found by the model of the lock (locks-proof.md). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LockTable } from '../../src/memory/locks/lock-table.js';
import { recoverLocks } from '../../src/memory/locks/recover-locks.js';
import { Threads } from '../../src/memory/locks/threads.js';
import { Region } from '../../src/memory/region.js';

const RANK = 1;
/** From one lock to the next; a lock's number among all of the region is its place in these. */
const LOCK_BYTES = 128;

/** One thread's view of the region; several live in this one thread, each with a slot of its own. */
function view(region: Region): { threads: Threads; words: Int32Array; lock: LockTable } {
  const threads = new Threads(region);
  const lock = new LockTable(region, 'lock', 1, RANK);
  return { threads, lock, words: region.i32('after', 1) };
}

test('a lock that a dead thread was handing to a reaped one is free after its recovery', () => {
  const region = Region.create(1 << 20);
  const giver = view(region);
  const taker = view(Region.attach(region.buffer));
  const undertaker = view(Region.attach(region.buffer));
  const giverSlot = giver.threads.join('giver');
  const takerSlot = taker.threads.join('taker');
  undertaker.threads.join('undertaker');

  // The giver holds the lock, the taker waits, and the giver has cleared its bit and noted whom it gives the lock to; both stop there.
  const owner = new Int32Array(region.buffer, giver.words.byteOffset - LOCK_BYTES, 1);
  Atomics.store(owner, 0, giver.threads.lockWord);
  taker.threads.waits.begin(owner.byteOffset / LOCK_BYTES, 0);
  giver.threads.waits.noteHandOver(takerSlot);
  undertaker.threads.markDead(giverSlot);
  undertaker.threads.markDead(takerSlot);

  recoverLocks(undertaker.threads, takerSlot);
  undertaker.threads.reap(takerSlot);
  assert.equal(undertaker.lock.owner(), giverSlot);
  assert.equal(recoverLocks(undertaker.threads, giverSlot), 1);
  assert.equal(undertaker.lock.owner(), 0);
});
