/** The lease's document has one writer, and what it writes there stays, on servers too that change a document in two steps. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readLease, takeLease } from '../../src/store/mongodb/lease-watch.js';
import type { LoggedBatch } from '../../src/store/mongodb/writer-lease.js';
import { placeOn, SERVERS, withoutMongodb } from './mongodb-place.js';

const WRITES = 40;

describe('the lease of a writer', { skip: withoutMongodb, timeout: 120_000 }, () => {
  for (const [i, uri] of SERVERS.entries()) {
    it(`keeps each logged batch and mark beside its renewals (server ${i + 1})`, async () => {
      const place = await placeOn(uri);
      try {
        const { lease } = await takeLease(place.db, { name: 'test' });
        for (let n = 0; n < WRITES; n++) {
          const id = `batch ${n}`;
          const group: LoggedBatch = { id, time: new Date(), done: false, pieces: [], keys: [] };
          await Promise.all([lease.confirm(), lease.log(group)]);
          assert.equal((await readLease(place.db))?.group?.id, id);
          await Promise.all([lease.confirm(), lease.markDone(id)]);
          assert.equal((await readLease(place.db))?.group?.done, true);
        }
        await lease.release();
      } finally {
        await place.remove();
      }
    });
  }
});
