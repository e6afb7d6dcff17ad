/**
 * Tells whether another primary, such as the Python server, has used the database since this one ended. Clocks may be set back,
 * so this one takes care that nothing it logs looks older than a run that it knows.
 */
import type { Db, ObjectId } from 'mongodb';

/** When an unfinished run had an accepted update last; 0 when there is none. Milliseconds since the epoch. */
export async function latestUpdate(db: Db): Promise<number> {
  const runs = db.collection('runs').find({ finished: false }, { projection: { last_updated: 1 } });
  let latest = 0;
  for await (const { last_updated } of runs) {
    // An old document may hold something else, which is no time that a batch could carry.
    if (last_updated instanceof Date) latest = Math.max(latest, last_updated.getTime() || 0);
  }
  return latest;
}

/**
 * Whether a run had an accepted update after `time`, the latest at which the last writer logged anything: then what it left is
 * older than what is there. Secondaries write actions and PGNs, but no runs.
 * @param finished runs to look at beside the unfinished ones
 */
export async function hasForeignWrites(
  db: Db,
  time: Date,
  finished: readonly ObjectId[] = [],
): Promise<boolean> {
  const runs = db.collection('runs');
  const projection = { _id: 1 };
  const last_updated = { $gt: time };
  if ((await runs.findOne({ finished: false, last_updated }, { projection })) !== null) return true;
  const ofThese = { _id: { $in: [...finished] }, last_updated };
  return finished.length > 0 && (await runs.findOne(ofThese, { projection })) !== null;
}
