/**
 * The epoch of an embedded store: it rises with every writer. The kernel's lock keeps writers apart, so nothing is checked against
 * it; it names in logs and metrics which of them served. The table is no part of the schema's version: an earlier release may
 * follow a later one.
 */
import type { DatabaseSyncInstance } from '@photostructure/sqlite';

export function raiseEpoch(db: DatabaseSyncInstance): number {
  db.exec(
    'CREATE TABLE IF NOT EXISTS writer_epoch (id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL)',
  );
  const raise = `INSERT INTO writer_epoch (id, epoch) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET epoch = epoch + 1 RETURNING epoch`;
  return (db.prepare(raise).get() as { epoch: number }).epoch;
}
