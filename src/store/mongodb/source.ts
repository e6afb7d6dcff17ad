/**
 * A database that is copied: read while no writer lives, and not written. The lease is only looked at, so another writer is not
 * kept away; it is found out at the end.
 */
import type { Db, MongoClient } from 'mongodb';
import { LEASE_MS, type StoreSource } from '../port.js';
import { StoreError } from '../store-error.js';
import { MongodbExportReader } from './export-reader.js';
import { awaitNoHolder, readLease } from './lease-watch.js';
import { MongodbReader } from './reader.js';
import { hasEntries } from './redo-log.js';

/**
 * Owns `client` from here on.
 * @throws StoreError `in-use` when a writer lives, `unclean` when one has left changes that documents lack
 */
export async function openSource(client: MongoClient, db: Db, name: string): Promise<StoreSource> {
  const seen = await awaitNoHolder(db, name, LEASE_MS);
  const isUnfinished = seen?.group?.done === false;
  if (isUnfinished || (seen?.updates !== undefined && (await hasEntries(db, seen.updates)))) {
    throw new StoreError(
      'unclean',
      `${name} was not stopped cleanly: its log holds changes that its documents lack. Start Shoal on it once and stop it, then copy it.`,
    );
  }
  const assertUnchanged = async (): Promise<void> => {
    const now = await readLease(db);
    if (now?.beats === seen?.beats && now?.holder === seen?.holder) return;
    throw new StoreError(
      'in-use',
      `A writer has opened ${name} while it was copied: stop it, and copy again.`,
    );
  };
  return {
    reader: new MongodbReader(client, db),
    exportReader: new MongodbExportReader(client, db),
    assertUnchanged,
    close: () => client.close(),
  };
}
