/** Reading request bodies: spec worker-api.md §1.3. */

import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkAccess, checkRequest, NotJson, parseBody } from '../../src/protocol/request.js';

const parse = (text: string | Uint8Array) => parseBody(Buffer.from(text as string));
const refuses = (text: string | Uint8Array) => assert.throws(() => parse(text), NotJson);

test('JSON of any kind is read, with blanks around it and the last of duplicate keys', () => {
  assert.deepEqual(parse(' {"a":1,"a":2}\n'), { a: 2 });
  assert.equal(parse('null'), null);
  assert.equal(parse('"x"'), 'x');
});

test('a byte order mark is skipped', () => assert.deepEqual(parse('\ufeff{"a":1}'), { a: 1 }));

test('what is not JSON is refused', () => {
  for (const text of ['', ' ', '{', '{}x', "{'a':1}", '{"a":NaN}', '[Infinity]', '[True]', '\ufeff'])
    refuses(text);
});

test('bytes that are not UTF-8 are refused', () => {
  refuses(Uint8Array.of(0x22, 0xff, 0x22));
  refuses(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22));
  refuses(Buffer.from('{"a":1}', 'utf16le'));
  refuses(Buffer.from('1f8b080000000000', 'hex'));
});

test('half of a surrogate pair is refused wherever it stands, a whole pair is read', () => {
  refuses('{"a":"\\ud800"}');
  refuses('{"a":[{"b":"x\\uDC00y"}]}');
  refuses('{"\\udbff":1}');
  refuses('"\\ude00\\ud83d"');
  assert.equal(parse('"\\ud83d\\ude00"'), '😀');
});

test('nesting of 100,000 levels neither crashes nor is accepted as a request', () => {
  const depth = 100_000;
  const nested = `${'['.repeat(depth)}"\\ud83d\\ude00"${']'.repeat(depth)}`;
  assert.match(checkAccess(parse(nested))!, /^request \(value:\[/);
  const body = parse(`{"password":"x","worker_info":{"username":${nested}},"zzz":${nested}}`);
  assert.match(checkAccess(body)!, /username/);
  assert.notEqual(checkRequest(body), undefined);
  const objects = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  assert.notEqual(checkRequest(parse(objects)), undefined);
});

test('any JSON text survives', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      if (/\p{Surrogate}/u.test(text) || /\\ud[89a-f]/i.test(text)) return;
      assert.deepEqual(parse(text), JSON.parse(text));
    }),
  );
});

test('any bytes are read or refused with NotJson', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      try {
        parseBody(bytes);
      } catch (error) {
        assert.ok(error instanceof NotJson);
      }
    }),
  );
});
