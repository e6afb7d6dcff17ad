/** Two primaries of one store, which is an embedded store. */
import { describeStandby } from './standby-contract.js';

describeStandby('sqlite');
