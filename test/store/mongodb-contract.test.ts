/** The MongoDB store keeps the contract. */
import { describe } from 'node:test';
import { storeContract, usePlace } from './contract.js';
import { runTests } from './contract-runs.js';
import { mongodbPlace, withoutMongodb } from './mongodb-place.js';

if (withoutMongodb) describe('mongodb: the store contract', { skip: withoutMongodb }, () => {});
else {
  storeContract('mongodb', () => mongodbPlace());
  describe('mongodb: runs longer than their document may be', () =>
    runTests(usePlace(() => mongodbPlace(2))));
}
