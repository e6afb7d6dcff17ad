/**
 * Writes a document whole of which much has changed: a server may walk a long run's tasks for each member that it sets, and then one
 * reading and one writing cost less than all of them.
 */
import type { Db, Document } from 'mongodb';
import { type DocumentStamp, STAMP } from './document-stamp.js';
import { storeFailure } from './failure.js';
import { setMembers } from './set-members.js';
import type { Update } from './update.js';

export interface DocumentParts {
  db: Db;
  stamp: DocumentStamp;
}

/** False when the document is not there or is not what was read, or when it or the server does not take what is to be set. */
export async function rewriteDocument({ db, stamp }: DocumentParts, update: Update): Promise<boolean> {
  const documents = db.collection<Document>(update.collection);
  // Without promotion every number keeps its type.
  const found = await documents.findOne({ _id: update.id } as Document, {
    promoteValues: false,
    bsonRegExp: true,
  });
  if (found === null) return false;
  const filter = stamp.filterOf(found);
  if (!setMembers(found, update)) return false;
  if (found['finished'] === true) delete found[STAMP];
  try {
    const { matchedCount } = await documents.replaceOne(filter, found);
    return matchedCount === 1;
  } catch (error) {
    if (storeFailure(`Writing ${update.key}`, error).code === 'batch') return false;
    throw error;
  }
}
