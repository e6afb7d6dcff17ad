/** The hash index and the slab, beside what a single thread would use. */
import { uniqueKey } from '../seed/farm.js';
import type { Figure } from '../work/result.js';
import { BenchRegion, KEYS } from './bench-region.js';
import { compare, type MicroOptions } from './compare.js';

/** As long as a worker's packed description. */
const BLOB_BYTES = 230;

export async function measureStructures(options: MicroOptions): Promise<Figure[]> {
  const { table, slab } = new BenchRegion();
  const map = new Map<string, number>();
  const keys = Array.from({ length: KEYS }, (_, i) => uniqueKey(i));
  for (const [i, key] of keys.entries()) {
    table.findOrAdd(key);
    map.set(key, i);
  }
  // Far from each other, so that neither has its entries in a near cache.
  const keyAt = (i: number) => keys[(i * 7919) % KEYS]!;
  let turn = 0;
  const finding = {
    KeyedTable: (times: number) => {
      let sum = 0;
      for (let i = 0; i < times; i++) sum += table.find(keyAt(turn++));
      return sum;
    },
    'Map of one thread': (times: number) => {
      let sum = 0;
      for (let i = 0; i < times; i++) sum += map.get(keyAt(turn++))!;
      return sum;
    },
  };
  const fresh = Array.from({ length: 1000 }, (_, i) => uniqueKey(KEYS + i));
  const adding = {
    KeyedTable: (times: number) => {
      for (let i = 0; i < times; i++) {
        const key = fresh[i % fresh.length]!;
        table.findOrAdd(key);
        table.remove(key);
      }
    },
    'Map of one thread': (times: number) => {
      for (let i = 0; i < times; i++) {
        const key = fresh[i % fresh.length]!;
        map.set(key, i);
        map.delete(key);
      }
    },
  };
  const blob = Buffer.alloc(BLOB_BYTES, 7);
  const keeping = {
    'Slab: put, copy, free': (times: number) => {
      for (let i = 0; i < times; i++) {
        const handle = slab.put(blob);
        slab.copy(handle);
        slab.free(handle);
      }
    },
    'two copies of a Buffer': (times: number) => {
      for (let i = 0; i < times; i++) Buffer.from(Buffer.from(blob));
    },
  };
  return [
    ...(await compare('index of 100,000 keys, found', finding, options)),
    ...(await compare('index of 100,000 keys, added and removed', adding, options)),
    ...(await compare(`${BLOB_BYTES} bytes kept, read and dropped`, keeping, options)),
  ];
}
