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

async function loseNothing(orders: readonly Order[]): Promise<Tables> {
  const { region, tables } = fresh();
  const results = await contend(region, tables, orders);
  assert.equal(sum(tables.guarded), sum(results.map(([done]) => done!)));
  for (let i = 0; i < LOCKS; i++) assert.equal(tables.locks.owner(i), 0, `lock ${i} stayed locked`);
  return tables;
}

describe('locks under contention', () => {
  it('lose no update in two million sections of four threads over 32 locks', async () => {
    await loseNothing(Array.from({ length: 4 }, () => ({ job: 'acquire', rounds: 500_000, locks: LOCKS })));
  });

  it('lose no update on one lock, handed over all the time', async () => {
    const tables = await loseNothing(Array.from({ length: 4 }, () => ({ job: 'acquire', rounds: 30_000 })));
    assert.ok(tables.locks.contended() > 0);
  });

  it('lose no update when threads park, try, and wait in turns of an event loop', async () => {
    await loseNothing([
      { job: 'acquire', rounds: 60_000, locks: 3 },
      { job: 'tryAcquire', rounds: 60_000, locks: 3, parks: false },
      { job: 'acquireAsync', rounds: 8_000, locks: 3, parks: false },
      { job: 'runAsync', rounds: 8_000, locks: 3, parks: false },
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
      { job: 'hold', rounds: 1_000 },
      { job: 'hold', rounds: 1_000 },
      { job: 'hold', rounds: 1_000 },
      { job: 'acquireAsync', rounds: 60, parks: false },
    ]);
  });

  it('go round in order: nobody is passed by more than the others once each', async () => {
    const { region, tables } = fresh();
    const results = await contend(region, tables, Array(4).fill({ job: 'hold', rounds: 1_500 }));
    const turns = sum(results.map(([had]) => had!));
    for (const [had, passed] of results) {
      assert.ok(had! / turns > 0.15 && had! / turns < 0.35, `shares of ${turns}: ${results}`);
      assert.ok(passed! <= 5, `99 % of waits see at most 3 others and rarely a newcomer: ${results}`);
    }
  });
});

describe('a lock held across an await', () => {
  for (const [job, text] of [
    ['holdAcrossAwait', /lock\[0\] .* still held at the end of the turn/],
    ['holdGrantAcrossAwait', /lock\[0\] .* still held in a later turn/],
  ] as const) {
    it(`ends the thread loudly (${job})`, async () => {
      const { region, tables } = fresh();
      tables.gate.store(1);
      const [error] = await once(startWorker(region, { job, rounds: 1 }), 'error');
      assert.match(String(error), text);
    });
  }
});
