/** What is set in memory is what the database sets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Document, Double, Int32 } from 'mongodb';
import { setMembers } from '../../src/store/mongodb/set-members.js';
import { Update } from '../../src/store/mongodb/update.js';
import { mongodbPlace, withoutMongodb } from './mongodb-place.js';

const DOCUMENT: Document = {
  number: 1,
  nothing: null,
  when: new Date(0),
  args: { a: 1, deep: { b: 2 } },
  tasks: [{ stats: { wins: 1, losses: 2 }, active: true }, null, { stats: { wins: 3 } }],
};

const name = fc.constantFrom(
  'number',
  'nothing',
  'when',
  'args',
  'tasks',
  'deep',
  'stats',
  'wins',
  'b',
  'new',
);
const index = fc.constantFrom('0', '1', '2', '5');
const path = fc
  .array(fc.oneof(name, name, index), { minLength: 1, maxLength: 4 })
  .filter(([first]) => !/\d/.test(first!));
/** MongoDB leaves null in the place of an array's member that is removed; FerretDB moves the others up. Shoal removes none. */
const isMemberRemoved = (path: readonly string[], value: unknown) =>
  value === undefined && /\d/.test(path.at(-1)!);
const value = fc.option(fc.oneof(fc.nat(9), fc.constant({ wins: 7 })), { nil: undefined, freq: 3 });

test('one member set or removed in memory gives the document that the database gives', {
  skip: withoutMongodb,
}, async (t) => {
  const place = await mongodbPlace();
  t.after(() => place.remove());
  const documents = place.db.collection<Document>('documents');
  let refused = 0;
  const check = async (path: string[], value: unknown) => {
    fc.pre(!isMemberRemoved(path, value));
    await documents.replaceOne({ _id: 1 as never }, DOCUMENT, { upsert: true });
    const update = new Update('documents', 1);
    update.put(path.join('.'), value);
    const { updateOne } = update.operation().operation as {
      updateOne: { filter: Document; update: Document };
    };
    const document = structuredClone({ _id: 1, ...DOCUMENT });
    const isDone = setMembers(document, update);
    try {
      await documents.updateOne(updateOne.filter, updateOne.update);
    } catch {
      refused++;
      assert.equal(isDone, false, `the database refuses ${path.join('.')}`);
      return;
    }
    if (isDone) assert.deepEqual(document, await documents.findOne({ _id: 1 as never }), path.join('.'));
  };
  await fc.assert(fc.asyncProperty(path, value, check), { numRuns: 150 });
  assert.ok(refused > 0);
});

test('a type of BSON is a value, and no document to set members in', () => {
  const update = new Update('documents', 1);
  update.put('number.part', new Int32(1));
  assert.equal(setMembers({ number: new Double(1) }, update), false);
});
