/** Two primaries of one store, which is MongoDB. */
import { describeStandby } from './standby-contract.js';

describeStandby('mongodb');
