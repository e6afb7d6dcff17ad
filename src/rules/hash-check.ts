/** Whether the hash sizes of a test suit its time control (docs/spec/ui.md §3, run detail): the web application's warning. */

import { tcRatio } from './game-time.js';
import { hashOption } from './task-size.js';

/** Below this ratio to the standard time control every size is fine. */
const SHORTEST_CHECKED = 5;
/** MiB that suit one ratio unit: 64 at six times the standard. */
const HASH_PER_RATIO = 64 / 6;

/** Whether the hash, in MiB, is usual for games of this ratio to the standard time control. */
export function isUsualHash(ratio: number, hash: number): boolean {
  if (ratio < SHORTEST_CHECKED) return true;
  const share = hash / (HASH_PER_RATIO * ratio);
  return share >= 0.6 && share <= 1.5;
}

/** Whether both engines of a run have a usual hash; an unreadable time control never has. */
export function hasUsualHashes(args: {
  tc: string;
  threads: number;
  base_options: string;
  new_options: string;
}): boolean {
  let ratio: number;
  try {
    ratio = tcRatio(args.tc, args.threads);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
  return [args.base_options, args.new_options].every((options) => isUsualHash(ratio, hashOption(options)));
}
