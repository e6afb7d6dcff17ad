/** The keyed table against a Map, and under threads' worth of keys in one stripe. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { KeyedTable, TableFull } from '../../src/memory/keyed-table.js';
import { Region } from '../../src/memory/region.js';
import { Slab } from '../../src/memory/slab.js';
import { Threads } from '../../src/memory/threads.js';

function makeTable(capacity: number, stripes: number): { table: KeyedTable; slab: Slab; leave: () => void } {
  const region = Region.create(16 * 1024 * 1024);
  const threads = new Threads(region);
  threads.join('test');
  const slab = new Slab(region, 'slab', 4 * 1024 * 1024, 50);
  const table = new KeyedTable(region, 'table', { capacity, words: 2, stripes, rank: 10, slab });
  return { table, slab, leave: () => threads.leave() };
}

describe('KeyedTable', () => {
  it('holds what a Map holds, after any additions and removals', () => {
    const key = fc.string({ maxLength: 3, unit: fc.constantFrom('a', 'b', 'ü', '☠') });
    const step = fc.record({ key, value: fc.integer({ min: 0, max: 1000 }), removes: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { table, leave } = makeTable(256, 2);
        const model = new Map<string, number>();
        for (const { key, value, removes } of steps) {
          if (removes) {
            assert.equal(table.remove(key), model.delete(key));
          } else {
            table.update(key, true, (at) => {
              table.i32[at] = value;
            });
            model.set(key, value);
          }
        }
        const found = [...table.entries()].map(
          (record) => [table.key(record), table.i32[table.at(record)]] as const,
        );
        leave();
        assert.deepEqual(new Map(found), model);
        assert.equal(table.size(), model.size);
      }),
      { numRuns: 100 },
    );
  });

  it('gives a new record a zeroed payload, also in a used place, and its key back to the slab', () => {
    const { table, slab, leave } = makeTable(16, 1);
    const empty = slab.bytesInUse();
    for (let round = 0; round < 1000; round++) {
      const seen = table.update(`key ${round}`, true, (at) => {
        const [first, second] = [table.i32[at], table.i32[at + 1]];
        table.i32[at] = table.i32[at + 1] = 7;
        return [first, second];
      });
      assert.deepEqual(seen, [0, 0]);
      assert.ok(table.remove(`key ${round}`));
    }
    leave();
    assert.equal(slab.bytesInUse(), empty);
  });

  it('says which table is full', () => {
    const { table, leave } = makeTable(4, 1);
    assert.throws(() => {
      for (let i = 0; i < 100; i++) table.findOrAdd(`key ${i}`);
    }, TableFull);
    leave();
  });
});
