/** The run that a page is about: from memory while it is there, else from the store. */
import { isObjectId } from '../../model/object-id.js';
import { readRun } from '../../rules/stored-run.js';
import { readHead } from '../../state/run-document.js';
import type { RunHead } from '../../store/port.js';
import type { Visit } from '../visit.js';

/** @param id as it stands in an address */
export async function findRun({ parts }: Pick<Visit, 'parts'>, id: string): Promise<RunHead | undefined> {
  if (!isObjectId(id)) return undefined;
  const { runs } = parts.state;
  // The memory of a secondary has no runs.
  const slot = parts.isPrimary ? runs.find(id) : -1;
  if (slot >= 0) {
    // The slot may have gone to another run until its lock is taken.
    const head = runs.locks.run(slot, () => (runs.holds(slot, id) ? readHead(parts.state, slot) : undefined));
    if (head !== undefined) return readRun(head);
  }
  const stored = await parts.reader.run(id);
  return stored === undefined ? undefined : readRun(stored);
}

/** As documents have ids, also where an address has capitals. */
export function runIdOf(text: string): string {
  return text.toLowerCase();
}
