/** Members get the types that fishtest's schemas ask for, and come back as they were. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Binary, BSON, Double, Long } from 'mongodb';
import {
  decode,
  decodeDocument,
  encodeDocument,
  encodeMember,
  encodeValue,
} from '../../src/store/mongodb/bson-values.js';
import { databaseName, withoutPassword } from '../../src/store/mongodb/connection.js';
import { badTask, newTask, runHead } from './documents.js';

test('types follow from the names of members', () => {
  assert.deepEqual(encodeMember('last_updated', 5), new Date(5));
  assert.deepEqual(encodeMember('itp', 100), new Double(100));
  assert.equal(encodeMember('wins', 7), 7);
  assert.deepEqual(encodeMember('unique_number', 2 ** 40), Long.fromNumber(2 ** 40));
  const flips = encodeMember('spsa_params', { iter: 1, packed_flips: Uint8Array.of(1, 2) });
  assert.deepEqual(flips, { iter: 1, packed_flips: new Binary(Uint8Array.of(1, 2), 0) });
  // What no schema describes keeps its plain type, whatever its name.
  assert.deepEqual(encodeValue({ date: 5, itp: 1 }), { date: 5, itp: 1 });
});

test('documents survive BSON', () => {
  for (const document of [runHead(1), newTask(3), badTask(1, Infinity), { spsa_params: null, theta: [-0] }]) {
    const bytes = BSON.serialize(encodeDocument(document));
    assert.deepEqual(decodeDocument(BSON.deserialize(bytes)), document);
  }
});

test('any JSON value survives BSON', () => {
  // Unpaired surrogates are no text in UTF-8, and a key must not hold NUL.
  const key = fc.string({ unit: 'grapheme' }).filter((text) => text !== '__proto__' && !text.includes('\0'));
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constant(null),
      fc.boolean(),
      fc.double(),
      fc.maxSafeInteger(),
      fc.string({ unit: 'grapheme' }),
      fc.array(tie('value')),
      fc.dictionary(key, tie('value'), { noNullPrototype: true }),
    ),
  })).value;
  fc.assert(
    fc.property(value, (given) => {
      const bytes = BSON.serialize({ value: encodeValue(given) });
      assert.deepEqual(decode('', BSON.deserialize(bytes)['value']), given);
    }),
  );
});

test('what BSON cannot hold is refused', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  for (const value of [undefined, 1n, () => 1, cyclic]) assert.throws(() => encodeValue(value), TypeError);
});

test('a URL names its database and is shown without its account', () => {
  const url = 'mongodb://user:p%40ss@one:27017,two/games?replicaSet=rs0&authSource=admin';
  assert.equal(databaseName(url), 'games');
  assert.equal(databaseName('mongodb://localhost'), 'fishtest_new');
  assert.equal(databaseName('mongodb://localhost/?w=1'), 'fishtest_new');
  assert.equal(withoutPassword(url), 'mongodb://***@one:27017,two/games');
});
