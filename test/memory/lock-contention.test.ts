import './fixtures/lock-check-on.js';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { Region } from '../../src/memory/region.js';
import { LOCKS, REGION_BYTES, Tables } from './fixtures/tables.js';
import { contend, type Order, startWorker } from './fixtures/workers.js';

function fresh(): { region: Region; tables: Tables } {
  const region = Region.create(REGION_BYTES);
  return { region, tables: new Tables(region) };
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0);

async function loseNothing(orders: readonly Order[]): Promise<void> {
  const { region, tables } = fresh();
  const results = await contend(region, tables, orders);
  assert.equal(sum(tables.guarded), sum(results.map(([done]) => done!)));
  for (let i = 0; i < LOCKS; i++) assert.equal(tables.locks.owner(i), 0, `lock ${i} stayed locked`);
}

describe('locks under contention', () => {
  it('lose no update in two million sections of four threads over 32 locks', async () => {
    await loseNothing(Array.from({ length: 4 }, () => ({ job: 'acquire', rounds: 500_000, locks: LOCKS })));
  });

  it('lose no update on one lock, handed over all the time', async () => {
    await loseNothing(Array.from({ length: 4 }, () => ({ job: 'acquire', rounds: 30_000 })));
  });

  it('lose no update when threads park and event loops try', async () => {
    await loseNothing([
      { job: 'acquire', rounds: 60_000, locks: 3 },
      { job: 'tryAcquire', rounds: 60_000, locks: 3, parks: false },
      { job: 'tryAcquire', rounds: 60_000, locks: 3, parks: false },
    ]);
  });

  it('are had by event loops for brief sections too', async () => {
    await loseNothing([
      { job: 'acquire', rounds: 40_000, locks: 2 },
      { job: 'acquireBriefly', rounds: 40_000, locks: 2, parks: false },
      { job: 'acquireBriefly', rounds: 40_000, locks: 2, parks: false },
    ]);
  });

  it('reach an event loop although parking threads keep the lock taken', async () => {
    await loseNothing([
      { job: 'queue', rounds: 1_500 },
      { job: 'queue', rounds: 1_500 },
      { job: 'queue', rounds: 1_500 },
      { job: 'acquireBriefly', rounds: 60, parks: false },
    ]);
  });

  it('go round in order: nobody who waits sees more than each other thread once, and rarely a newcomer', async () => {
    const { region, tables } = fresh();
    const results = await contend(region, tables, Array(4).fill({ job: 'queue', rounds: 1_500 }));
    assert.ok(sum(results.map(([, waits]) => waits!)) > 100, `waits of others: ${results}`);
    for (const [, , turns] of results)
      assert.ok(turns! <= 4, `99 % of waits see at most 3 others: ${results}`);
  });
});

it('a lock held across an await ends the thread loudly', async () => {
  const { region, tables } = fresh();
  tables.gate.store(1);
  const [error] = await once(startWorker(region, { job: 'holdAcrossAwait', rounds: 1 }), 'error');
  assert.match(String(error), /lock\[0\] .* still held at the end of the turn/);
});

it('tryAcquire gives up on a lock that another thread holds', async () => {
  const { region, tables } = fresh();
  tables.threads.join('test', { parks: false });
  tables.gate.store(1);
  const worker = startWorker(region, { job: 'keep', rounds: 2 });
  for (let text = ''; text !== 'has it'; ) [text] = await once(worker, 'message');
  assert.equal(tables.locks.tryAcquire(), false);
  assert.notEqual(tables.locks.owner(), tables.threads.self());
  tables.gate.store(2);
  tables.gate.notify();
  await once(worker, 'exit');
  assert.equal(tables.locks.tryAcquire(), true);
  tables.locks.release();
});
