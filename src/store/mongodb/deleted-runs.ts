/**
 * Deleted runs. No index has them alone: they are found by the events that tell of their deletion, of which the newest are looked at.
 */
import type { Collection, ObjectId } from 'mongodb';
import { MOST_FACETED } from '../queries.js';
import { objectId } from './run-reads.js';

/** Runs that were deleted once, in any order: one may have been brought back. */
export async function deletedRuns(actions: Collection): Promise<{ ids: ObjectId[]; isWhole: boolean }> {
  const events = await actions
    .find({ action: 'delete_run' }, { projection: { _id: 0, run_id: 1 } })
    .sort({ time: -1, _id: -1 })
    .limit(MOST_FACETED + 1)
    .toArray();
  const named = new Set(events.slice(0, MOST_FACETED).map((event) => String(event['run_id'])));
  const ids = [...named].map(objectId).filter((id) => id !== undefined);
  return { ids, isWhole: events.length <= MOST_FACETED };
}
