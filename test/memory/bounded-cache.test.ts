import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BoundedCache } from '../../src/memory/bounded-cache.js';

const held = (cache: BoundedCache<number, string>, keys: number) =>
  Array.from({ length: keys }, (_, key) => key).filter((key) => cache.get(key) !== undefined);

test('what is held is right and the newest, the half used last is held for certain, and no more than the bound', () => {
  const steps = fc.array(fc.tuple(fc.constantFrom('get', 'set'), fc.nat(30)), { maxLength: 300 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), steps, (most, walk) => {
      const cache = new BoundedCache<number, string>(most);
      const newest = new Map<number, string>();
      const used: number[] = [];
      for (const [i, [verb, key]] of walk.entries()) {
        if (verb === 'set') {
          newest.set(key, `${key} at ${i}`);
          cache.set(key, `${key} at ${i}`);
        } else if (cache.get(key) === undefined) continue;
        else assert.equal(cache.get(key), newest.get(key));
        used.push(key);
        const last = [...new Set(used.toReversed())].slice(0, Math.ceil(most / 2));
        for (const recent of last.toReversed()) assert.equal(cache.get(recent), newest.get(recent));
      }
      assert.ok(held(cache, 31).length <= 2 * Math.ceil(most / 2));
      cache.clear();
      assert.deepEqual(held(cache, 31), []);
    }),
  );
});

test('a full cache keeps what is in use, and forgets what is not', () => {
  const cache = new BoundedCache<number, string>(1_000);
  cache.set(-1, 'in use');
  for (let key = 0; key < 10_000; key++) {
    cache.set(key, 'passing by');
    assert.equal(cache.get(-1), 'in use');
    assert.equal(cache.get(key - 100), key < 100 ? (key === 99 ? 'in use' : undefined) : 'passing by');
  }
  assert.equal(cache.get(0), undefined);
  cache.delete(-1);
  assert.equal(cache.get(-1), undefined);
});
