/**
 * Does in memory what the database does with $set and $unset: for a document of which so much changes that to write it once is
 * less than to have the server walk it for every few members.
 */
import type { Document } from 'mongodb';
import type { Update } from './update.js';

/** Whether it could be done; where the server would refuse it, the document is left half done and must not be used. */
export function setMembers(document: Document, update: Update): boolean {
  for (const [path, value] of update.members()) {
    if (!setMember(document, path, value)) return false;
  }
  return true;
}

function setMember(document: Document, path: readonly string[], value: unknown): boolean {
  let holder = document;
  for (const name of path.slice(0, -1)) {
    if (!canHold(holder, name)) return false;
    if (holder[name] === undefined) {
      if (value === undefined) return true;
      place(holder, name, {});
    }
    const next: unknown = holder[name];
    if (!isHolder(next)) return value === undefined;
    holder = next;
  }
  const name = path.at(-1)!;
  if (!canHold(holder, name)) return false;
  if (value !== undefined) place(holder, name, value);
  else if (!Array.isArray(holder)) delete holder[name];
  else if (Number(name) < holder.length) holder[Number(name)] = null;
  return true;
}

/** A list or a document, but no value of a type of BSON. */
function isHolder(value: unknown): value is Document {
  if (typeof value !== 'object' || value === null || value instanceof Date) return false;
  return Array.isArray(value) || !('_bsontype' in value);
}

function canHold(holder: Document, name: string): boolean {
  return !Array.isArray(holder) || /^\d{1,6}$/.test(name);
}

/** A list that is too short is filled with null, as the server does. */
function place(holder: Document, name: string, value: unknown): void {
  if (Array.isArray(holder)) while (holder.length < Number(name)) holder.push(null);
  holder[name] = value;
}
