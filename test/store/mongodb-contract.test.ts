/** The MongoDB store keeps the contract. */
import { describe } from 'node:test';
import { storeContract } from './contract.js';
import { runTests } from './contract-runs.js';
import { placeOn, SERVERS, withoutMongodb } from './mongodb-place.js';
import { usePlace } from './store-place.js';

if (withoutMongodb) describe('mongodb: the store contract', { skip: withoutMongodb }, () => {});
for (const [i, uri] of SERVERS.entries()) {
  // What was committed is to be read at once; the killed writers of the crash tests delay.
  storeContract(`mongodb (server ${i + 1})`, () => placeOn(uri, { delayMs: 0 }));
  describe(`mongodb (server ${i + 1}): runs longer than their document may be`, () =>
    runTests(usePlace(() => placeOn(uri, { delayMs: 0, mostEmbeddedTasks: 2 }))));
}
