import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Region, RegionError } from '../../src/memory/region.js';

const BYTES = 64 * 1024;

describe('Region', () => {
  it('carves zeroed tables on 128-byte boundaries, at the same place in every thread', () => {
    const creator = Region.create(BYTES);
    const made = [creator.i32('a', 3), creator.u8('b', 1), creator.f64('c', 17), creator.i32('d', 40)];
    for (const table of made) {
      assert.equal(table.byteOffset % 128, 0);
      assert.ok(table.every((word) => word === 0));
    }
    made[0]![1] = -7;
    const other = Region.attach(creator.buffer);
    assert.ok(creator.creating && !other.creating);
    const found = [other.i32('a', 3), other.u8('b', 1), other.f64('c', 17), other.i32('d', 40)];
    assert.deepEqual(
      found.map((table) => table.byteOffset),
      made.map((table) => table.byteOffset),
    );
    assert.equal(found[0]![1], -7);
  });

  it('says what each table takes', () => {
    const region = Region.create(BYTES);
    region.i32('a', 33);
    assert.deepEqual(
      region.usage().filter(({ name }) => name !== 'directory'),
      [{ name: 'a', bytes: 256 }],
    );
  });

  for (const [what, carve] of [
    ['another name', (region: Region) => region.i32('b', 3)],
    ['another size', (region: Region) => region.i32('a', 33)],
    ['another kind', (region: Region) => region.f64('a', 3)],
  ] as const) {
    it(`refuses a thread that carves ${what}`, () => {
      const creator = Region.create(BYTES);
      creator.i32('a', 3);
      assert.throws(
        () => carve(Region.attach(creator.buffer)),
        /not what the creating thread carved as number 1/,
      );
    });
  }

  it('refuses a thread that carves more than the creator, and a name used twice', () => {
    const creator = Region.create(BYTES);
    creator.i32('a', 3);
    const other = Region.attach(creator.buffer);
    other.i32('a', 3);
    assert.throws(() => other.i32('b', 3), /the creating thread carved 1/);
    assert.throws(() => creator.i32('a', 3), /carved twice/);
  });

  it('says which table does not fit and what to raise', () => {
    const region = Region.create(BYTES);
    assert.throws(
      () => region.u8('huge', BYTES),
      /table "huge" wants 65536 bytes but \d+ of 65536.*SHARED_MEMORY_MB/,
    );
    assert.throws(() => Region.create(100), RegionError);
  });

  it('refuses what is no region', () => {
    assert.throws(() => Region.attach(new SharedArrayBuffer(BYTES)), /magic number/);
    assert.throws(() => Region.attach(new SharedArrayBuffer(8)), /too small/);
  });

  it('reaches past 4 GiB', () => {
    const region = Region.create(6 * 2 ** 30);
    region.f64('far', (5 * 2 ** 30) / 8);
    const words = region.f64('beyond', 2);
    words[1] = 1.5;
    assert.equal(new Float64Array(region.buffer, words.byteOffset, 2)[1], 1.5);
    assert.ok(words.byteOffset > 5 * 2 ** 30);
  });
});
