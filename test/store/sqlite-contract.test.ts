/** The embedded store keeps the contract. */
import { storeContract } from './contract.js';
import { sqlitePlace } from './sqlite-place.js';

storeContract('sqlite', sqlitePlace);
