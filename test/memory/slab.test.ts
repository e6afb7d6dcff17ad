import './fixtures/lock-check-on.js';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Threads } from '../../src/memory/locks/threads.js';
import { Region } from '../../src/memory/region.js';
import { BLOCK_UNITS, sizeClassFor } from '../../src/memory/tables/size-classes.js';
import { Slab, SlabFull } from '../../src/memory/tables/slab.js';

function fresh(bytes: number): { slab: Slab; region: Region } {
  const region = Region.create(bytes + 256 * 1024);
  const threads = new Threads(region);
  const slab = new Slab(region, 'slab', bytes, 1);
  threads.join('test');
  return { slab, region };
}

const filled = (length: number, mark: number): Uint8Array => new Uint8Array(length).fill(mark);

describe('size classes', () => {
  it('are the smallest that hold a block, and waste less than a fifth past 64 bytes', () => {
    for (let units = 2; units < 20_000; units++) {
      const found = sizeClassFor(units);
      assert.equal(
        found,
        BLOCK_UNITS.findIndex((size) => size >= units),
        `${units} units`,
      );
      assert.ok(BLOCK_UNITS[found]! < units * 1.25);
    }
    assert.equal(sizeClassFor(1), 0);
    assert.equal(sizeClassFor(BLOCK_UNITS.at(-1)!), BLOCK_UNITS.length - 1);
    assert.equal(sizeClassFor(BLOCK_UNITS.at(-1)! + 1), -1);
  });
});

describe('Slab', () => {
  it('keeps every blob as it was put, whatever is put and freed beside it', () => {
    const step = fc.record({ length: fc.nat(3000), mark: fc.nat(255), free: fc.boolean(), which: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { slab } = fresh(1024 * 1024);
        const model = new Map<number, Uint8Array>();
        for (const { length, mark, free, which } of steps) {
          if (free && model.size > 0) {
            const handle = [...model.keys()][which % model.size]!;
            const generation = slab.generation(handle);
            slab.free(handle);
            model.delete(handle);
            assert.equal(slab.generation(handle), generation + 1);
            assert.throws(() => slab.read(handle), /not a blob in use/);
          } else {
            const bytes = filled(length, mark);
            const handle = slab.put(bytes);
            assert.ok(handle > 0 && !model.has(handle));
            model.set(handle, bytes);
          }
          for (const [handle, bytes] of model) assert.ok(slab.equals(handle, bytes, bytes.length));
        }
        for (const [handle, bytes] of model) assert.deepEqual(new Uint8Array(slab.copy(handle)), bytes);
        for (const handle of model.keys()) slab.free(handle);
        assert.equal(slab.bytesInUse(), 0);
      }),
      { numRuns: 60 },
    );
  });

  it('says what it lacks when full, and fits a blob again after a free', () => {
    const { slab } = fresh(64 * 1024);
    const handles: number[] = [];
    assert.throws(() => {
      for (;;) handles.push(slab.put(filled(1000, 7)));
    }, /slab "slab" has no room for 1000 bytes: \d+ of 65536 are in use/);
    assert.ok(handles.length >= 62, `${handles.length} blobs of 1,000 bytes in 64 KiB`);
    assert.throws(() => {
      for (;;) slab.put(filled(1, 7));
    }, SlabFull);
    slab.free(handles[3]!);
    assert.equal(slab.put(filled(40, 1)), handles[3], 'a larger free block serves when nothing else is left');
    assert.throws(() => slab.put(filled(40, 1)), SlabFull);
    assert.throws(() => slab.put(new Uint8Array(65 * 2 ** 20)), SlabFull);
  });

  it('refuses handles that are no blob, and a second free', () => {
    const { slab } = fresh(64 * 1024);
    const handle = slab.put(filled(10, 1));
    slab.free(handle);
    assert.throws(() => slab.free(handle), RangeError);
    for (const bad of [0, -1, 1e9, Number.NaN]) assert.throws(() => slab.read(bad), RangeError);
  });

  it('gives values back as they were, in threads of their own view too', () => {
    const { slab, region } = fresh(256 * 1024);
    const value = { name: 'Zoë', list: [1, 2.5, null, true], nested: { a: { b: 'c' } }, empty: {} };
    const handle = slab.putValue(value);
    const view = Region.attach(region.buffer);
    new Threads(view);
    const other = new Slab(view, 'slab', 256 * 1024, 1);
    assert.deepEqual(other.getValue(handle), value);
    const long = { text: 'x'.repeat(20_000) };
    assert.deepEqual(slab.getValue(slab.putValue(long)), long);
    assert.deepEqual(slab.getValue(handle), value);
  });

  it('reaches past 4 GiB, and across the edges of its windows', () => {
    const { slab, region } = fresh(6 * 2 ** 30);
    const view = Region.attach(region.buffer);
    new Threads(view);
    // The slab's first word numbers the next fresh block: moved on, so that not all memory before it is touched.
    const nextUnit = view.i32('slab.counters', 32);
    const handles = [2 ** 27 - 2, 2 ** 27 + 1000, 2 ** 28 + 7, 2 ** 28 + 2 ** 26].map((unit, i) => {
      nextUnit[0] = unit;
      const handle = slab.put(filled(5000 + i, i + 1));
      assert.equal(handle, unit);
      return handle;
    });
    for (const [i, handle] of handles.entries()) {
      assert.deepEqual(new Uint8Array(slab.copy(handle)), filled(5000 + i, i + 1));
      assert.ok(slab.equals(handle, filled(5000 + i, i + 1), 5000 + i));
    }
    assert.throws(() => new Slab(region, 'larger', 17 * 2 ** 30, 1), /lower SHARED_MEMORY_MB/);
  });
});
