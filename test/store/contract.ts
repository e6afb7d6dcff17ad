/**
 * What every store must do, whatever it is made of. An adapter's test file calls storeContract with a factory of empty
 * places; nothing here knows which adapter it holds.
 */
import { describe } from 'node:test';
import { actionSearchTests } from './contract-action-search.js';
import { actionLogTests } from './contract-actions.js';
import { crashTests } from './contract-crash.js';
import { gitHubTests } from './contract-github.js';
import { listTests } from './contract-lists.js';
import { recordTests } from './contract-records.js';
import { runSearchTests } from './contract-run-search.js';
import { runTests } from './contract-runs.js';
import { transactionTests } from './contract-transactions.js';
import { type StorePlace, usePlace } from './store-place.js';

export function storeContract(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`${name}: the store contract`, () => {
    describe('runs and tasks', () => runTests(usePlace(makePlace)));
    describe('actions', () => actionLogTests(usePlace(makePlace)));
    describe('searches of runs', () => runSearchTests(usePlace(makePlace)));
    describe('searches of actions', () => actionSearchTests(usePlace(makePlace)));
    describe('lists of pages', () => listTests(usePlace(makePlace)));
    describe('records', () => recordTests(usePlace(makePlace)));
    describe('answers of GitHub', () => gitHubTests(usePlace(makePlace)));
    describe('transactions', () => transactionTests(usePlace(makePlace)));
    describe('crashes and restarts', () => crashTests(makePlace));
  });
}
