/** Says what a failure of the driver means to whoever runs the server. */
import {
  BSON,
  MongoBulkWriteError,
  MongoError,
  MongoErrorLabel,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
} from 'mongodb';
import { StoreError } from '../store-error.js';

const DUPLICATE_KEY = 11_000;
const NOT_IMPLEMENTED = 238;

/** Names of driver errors that say that no usable server is reached now. */
const AWAY = /^Mongo(Network|ServerSelection|NotConnected|PoolCleared|PoolClosed|TopologyClosed|WaitQueue)/;

/** Codes of MongoDB for what a write holds (mongodb/mongo, src/mongo/base/error_codes.yml): bad value, type, field, size, key. */
const OF_THE_WRITE = new Set([
  2, 9, 14, 22, 28, 40, 52, 53, 54, 55, 56, 57, 66, 121, 10334, 11000, 11001, 17280, 17419, 17420,
]);

/** The write would be refused again, whenever it is tried. */
function isOfTheWrite(error: unknown): boolean {
  if (error instanceof BSON.BSONError || error instanceof TypeError || error instanceof RangeError)
    return true;
  return (
    (error instanceof MongoServerError || error instanceof MongoBulkWriteError) &&
    OF_THE_WRITE.has(Number(error.code))
  );
}

export function isDuplicate(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === DUPLICATE_KEY;
}

/** Stand-ins for MongoDB lack some of its abilities and say so. */
export function isNotImplemented(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === NOT_IMPLEMENTED;
}

function isAway(error: unknown): boolean {
  if (error instanceof MongoNetworkError || error instanceof MongoServerSelectionError) return true;
  // The driver hands on as it is what DNS answers to a mongodb+srv address.
  if ((error as NodeJS.ErrnoException | undefined)?.syscall?.startsWith('query') === true) return true;
  if (!(error instanceof MongoError)) return false;
  return AWAY.test(error.name) || error.hasErrorLabel(MongoErrorLabel.RetryableWriteError);
}

/**
 * @param doing what failed, with its input, as "Committing a batch to mongodb://localhost/fishtest_new"
 * @returns the error itself if it is a StoreError already; `away` when no server was reached, `batch` when a write is to blame,
 *   else `server`
 */
export function storeFailure(doing: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  if (isAway(error)) {
    const advice = 'check that it runs and that the URL, the network and the account are right';
    return new StoreError('away', `${doing} failed: the database does not answer: ${advice} (${detail}).`, {
      cause: error,
    });
  }
  const code = isOfTheWrite(error) ? 'batch' : 'server';
  return new StoreError(code, `${doing} failed: ${detail}.`, { cause: error });
}
