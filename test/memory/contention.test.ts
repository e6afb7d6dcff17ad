import './fixtures/lock-check-on.js';
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Region } from '../../src/memory/region.js';
import { PERMITS, REGION_BYTES, Tables } from './fixtures/tables.js';
import { contend } from './fixtures/workers.js';

function fresh(): { region: Region; tables: Tables } {
  const region = Region.create(REGION_BYTES);
  return { region, tables: new Tables(region) };
}

it('a semaphore never admits more than its permits', async () => {
  const { region, tables } = fresh();
  const results = await contend(region, tables, Array(4).fill({ job: 'admit', rounds: 200_000 }));
  for (const [, , over] of results) assert.equal(over, 0);
  // One thread may spend its whole turn on the processor while the others hold all permits.
  assert.ok(results.some(([admitted]) => admitted! > 0));
  assert.equal(tables.semaphore.inUse(), 0);
  assert.ok(tables.semaphore.highWater() <= PERMITS);
  assert.equal(
    tables.semaphore.rejected(),
    results.reduce((sum, [, refused]) => sum + refused!, 0),
  );
});

it('a slab gives no two blobs the same bytes', async () => {
  const { region, tables } = fresh();
  const results = await contend(region, tables, Array(4).fill({ job: 'blobs', rounds: 60_000 }));
  assert.deepEqual(results, Array(4).fill([0]));
  assert.equal(tables.slab.bytesInUse(), 0);
});

it('a keyed table keeps every key of every thread', async () => {
  const { region, tables } = fresh();
  const results = await contend(region, tables, Array(4).fill({ job: 'keys', rounds: 60_000 }));
  const { table } = tables;
  let additions = 0;
  tables.threads.join('checker');
  for (let i = 0; i < 50; i++) additions += table.f64[table.at(table.find(`common ${i}`)) / 2 + 1]!;
  assert.equal(
    additions,
    results.reduce((sum, [, added]) => sum + added!, 0),
  );
  for (const [mistakes] of results) assert.equal(mistakes, 0);
  const records = [...table.entries()];
  assert.equal(records.length, table.size());
  for (const record of records) assert.equal(table.find(table.key(record)), record);
});
