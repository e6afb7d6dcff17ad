import './fixtures/lock-check-on.js';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LockViolation } from '../../src/memory/locks/lock-check.js';
import { Threads } from '../../src/memory/locks/threads.js';
import { Region } from '../../src/memory/region.js';
import { hashBytes } from '../../src/memory/tables/hash.js';
import { KeyedTable, TableFull } from '../../src/memory/tables/keyed-table.js';
import { Slab } from '../../src/memory/tables/slab.js';

function fresh(capacity = 100, stripes = 2, words = 4): { table: KeyedTable; slab: Slab; region: Region } {
  const region = Region.create(4 * 1024 * 1024);
  const threads = new Threads(region);
  const slab = new Slab(region, 'slab', 1024 * 1024, 2);
  const table = new KeyedTable(region, 'table', { capacity, words, stripes, rank: 1, slab });
  threads.join('test');
  return { table, slab, region };
}

describe('KeyedTable', () => {
  it('does what a Map does', () => {
    const key = fc.oneof(
      fc.integer({ min: 0, max: 40 }).map((n) => `key ${n}`),
      fc.string({ unit: 'binary', maxLength: 5 }),
      fc.string({ unit: fc.constantFrom('a', 'b', 'ü', '☠'), maxLength: 3 }),
    );
    const step = fc.tuple(fc.constantFrom('set', 'remove', 'refuse', 'find'), key, fc.integer());
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const { table, slab } = fresh(300);
        const model = new Map<string, number>();
        for (const [verb, name, value] of steps) {
          if (verb === 'set') {
            table.update(name, true, (at, _record, isNew) => {
              assert.equal(isNew, !model.has(name));
              assert.equal(table.i32[at], isNew ? 0 : model.get(name));
              table.i32[at] = value;
            });
            model.set(name, value);
          } else if (verb === 'remove') assert.equal(table.remove(name), model.delete(name));
          else if (verb === 'refuse')
            assert.equal(
              table.remove(name, () => false),
              false,
            );
          assert.equal(table.find(name) >= 0, model.has(name));
          assert.equal(table.size(), model.size);
        }
        const found = [...table.entries()].map(
          (record) => [table.key(record), table.i32[table.at(record)]!] as const,
        );
        assert.deepEqual(new Map(found), model);
        for (const name of model.keys()) table.remove(name);
        assert.equal(slab.bytesInUse(), 0);
      }),
      { numRuns: 80 },
    );
  });

  it('finds every key after removals have closed gaps, at full load', () => {
    const { table } = fresh(2000, 1, 2);
    const names = Array.from({ length: 2000 }, (_, i) => `worker-${i}`);
    for (const name of names) table.i32[table.at(table.findOrAdd(name))] = name.length;
    for (const name of names.filter((_, i) => i % 3 === 0)) assert.ok(table.remove(name));
    for (const [i, name] of names.entries()) assert.equal(table.find(name) >= 0, i % 3 !== 0, name);
  });

  it('takes byte keys, empty keys and long keys', () => {
    const { table } = fresh();
    const bytes = new Uint8Array([0, 255, 128, 0]);
    const record = table.findOrAdd(bytes);
    assert.equal(table.find(bytes), record);
    assert.deepEqual(new Uint8Array(table.keyBytes(record)), bytes);
    assert.equal(table.find(''), -1);
    assert.equal(table.key(table.findOrAdd('')), '');
    const long = 'é'.repeat(5000);
    assert.equal(table.key(table.findOrAdd(long)), long);
    assert.equal(table.find(Buffer.from(long)), table.find(long));
  });

  it('lays payloads out as words and as doubles, zeroed when a record is used again', () => {
    const { table } = fresh(10, 1);
    for (let i = 0; i < 1000; i++) {
      const record = table.findOrAdd(`key ${i}`);
      const at = table.at(record);
      assert.equal(at % 2, 0);
      assert.deepEqual([...table.i32.subarray(at, at + 4)], [0, 0, 0, 0]);
      table.f64[at / 2 + 1] = 1.5;
      assert.equal(table.i32[at + 3], 0x3ff80000);
      table.i32[at] = 9;
      table.remove(`key ${i}`);
    }
  });

  it('leaves absent keys absent unless told to create, and takes back what a failing change was for', () => {
    const { table, slab } = fresh();
    assert.equal(
      table.update('a', false, () => assert.fail('called')),
      undefined,
    );
    assert.throws(() => table.update('a', true, () => assert.fail('change failed')), /change failed/);
    assert.equal(table.find('a'), -1);
    assert.deepEqual([table.size(), slab.bytesInUse()], [0, 0]);
    assert.equal(
      table.update('a', true, (_at, record) => record),
      table.find('a'),
    );
  });

  it('holds at least its capacity, and then says that it is full', () => {
    for (const [capacity, stripes] of [
      [10, 4],
      [500, 8],
    ] as const) {
      const { table } = fresh(capacity, stripes);
      for (let i = 0; i < capacity; i++) table.findOrAdd(`key ${i}`);
      assert.equal(table.size(), capacity);
      assert.throws(() => {
        for (let i = 0; ; i++) table.findOrAdd(`more ${i}`);
      }, TableFull);
    }
  });

  it('refuses to be used from inside its own change', () => {
    const { table } = fresh(100, 1);
    assert.throws(() => table.update('a', true, () => table.find('b')), LockViolation);
    assert.equal(table.find('a'), -1);
  });

  it('refuses shapes it cannot have', () => {
    assert.throws(() => fresh(10, 3), /3 stripes is not a power of two/);
    assert.throws(() => fresh(10, 1, 3), /3 payload words is not an even number/);
  });
});

describe('hashBytes', () => {
  it('spreads keys that differ by little, in its low and in its high bits', () => {
    const [low, high] = [new Set<number>(), new Set<number>()];
    for (let i = 0; i < 4096; i++) {
      const bytes = Buffer.from(`worker-${i}-0000-machine`);
      const hash = hashBytes(bytes, bytes.length);
      low.add(hash & 4095);
      high.add(hash >>> 20);
    }
    // A random hash fills 1 - 1/e of the places: 2,589 of 4,096, give or take 25.
    for (const places of [low.size, high.size]) assert.ok(Math.abs(places - 2589) < 150, `${places} places`);
  });
});
