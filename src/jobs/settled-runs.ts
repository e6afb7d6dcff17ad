/**
 * What is settled of the contributors' totals: runs that nothing can change any more are counted once, in the order of their ids,
 * and the store keeps how far it came with the sums. The rest is counted anew each time (count-contributors.ts).
 */
import { isObjectId } from '../model/object-id.js';
import type { Reader } from '../store/port.js';
import { ContributionSums } from './contribution-sums.js';

/** A key of Shoal's own: fishtest's programs look up others. */
export const CONTRIBUTIONS_KEY = 'shoal_contributions';

const DAY_MS = 86_400_000;
/** A test is modified within 30 days of its start, so none that began before is revived (docs/spec/web-ui.md §6.2). */
const SETTLED_AFTER_MS = 32 * DAY_MS;

export interface SettledRuns {
  /** The last run that was looked at; '' when none was. */
  through: string;
  /** Runs up to that one that were not finished. */
  readonly unfinished: Set<string>;
  readonly sums: ContributionSums;
}

/** What was kept, or the beginning where it is none. */
export async function readSettled(reader: Pick<Reader, 'keyValue'>): Promise<SettledRuns> {
  const kept = (await reader.keyValue(CONTRIBUTIONS_KEY)) as Partial<StoredSettled> | undefined;
  const isWhole =
    kept !== undefined &&
    kept !== null &&
    isObjectId(String(kept.through)) &&
    Array.isArray(kept.unfinished) &&
    Array.isArray(kept.sums);
  if (!isWhole) return { through: '', unfinished: new Set(), sums: new ContributionSums() };
  return {
    through: kept.through!,
    unfinished: new Set(kept.unfinished),
    sums: new ContributionSums(kept.sums),
  };
}

interface StoredSettled {
  readonly through: string;
  readonly unfinished: readonly string[];
  readonly sums: ReturnType<ContributionSums['stored']>;
}

export function storedSettled({ through, unfinished, sums }: SettledRuns): StoredSettled {
  return { through, unfinished: [...unfinished], sums: sums.stored() };
}

/** No run that was started before has an id from this one on. */
export function settledBefore(now: number): string {
  const seconds = Math.max(0, Math.floor((now - SETTLED_AFTER_MS) / 1000));
  return seconds.toString(16).padStart(8, '0').padEnd(24, '0');
}
