/** Tells whether another primary, such as the Python server, has used the database since this one ended. */
import type { Db, ObjectId } from 'mongodb';

/**
 * Whether a run had an accepted update after `time`, the latest at which the last writer logged anything: then what it left is
 * older than what is there. Secondaries write actions and PGNs, but no runs.
 * @param finished runs to look at beside the unfinished ones
 */
export async function isOverwritten(
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
