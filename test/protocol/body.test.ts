/** Reading request bodies: docs/spec/worker-api.md §1.3. */

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
  for (const text of ['', ' ', '{', '{}x', "{'a':1}", '{"a":NaN', '[infinity]', '[True]', '\ufeff'])
    refuses(text);
});

test('bytes that are not UTF-8 are refused', () => {
  refuses(Uint8Array.of(0x22, 0xff, 0x22));
  refuses(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22));
  refuses(Buffer.from('{"a":1}x', 'utf16le'));
  refuses(Buffer.from('1f8b080000000000', 'hex'));
});

test('UTF-16 and UTF-32 are read, with a mark or without', () => {
  const text = '{"a":"ä😀"}';
  const utf16 = Buffer.from(text, 'utf16le');
  const points = [...text].map((sign) => sign.codePointAt(0)!);
  const utf32 = Buffer.from(Uint32Array.from(points).buffer);
  const mark = { utf16: Buffer.from('fffe', 'hex'), utf32: Buffer.from('fffe0000', 'hex') };
  for (const [bytes, start] of [
    [utf16, mark.utf16],
    [utf32, mark.utf32],
  ] as const) {
    const swap = (piece: Buffer) =>
      bytes === utf16 ? Buffer.from(piece).swap16() : Buffer.from(piece).swap32();
    for (const body of [bytes, Buffer.concat([start, bytes])]) {
      assert.deepEqual(parse(body), { a: 'ä😀' });
      assert.deepEqual(parse(swap(body)), { a: 'ä😀' });
      refuses(body.subarray(0, -1));
    }
  }
  refuses(Buffer.from('"\ud800"', 'utf16le'));
});

test('NaN and Infinity are numbers outside of texts', () => {
  assert.deepEqual(parse('{"a":NaN,"b":[Infinity,-Infinity],"c":"NaN \\"Infinity"}'), {
    a: Number.NaN,
    b: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    c: 'NaN "Infinity',
  });
  refuses('{"NaN":NaNa}');
});

test('an integer of more than 4300 digits is no JSON, a text or a fraction of as many is', () => {
  const digits = '1'.repeat(4301);
  refuses(`{"a":${digits}}`);
  assert.equal(parse(digits.slice(1)), Number.POSITIVE_INFINITY);
  assert.equal(parse(`"${digits}"`), digits);
  assert.equal(parse(`0.${digits}`), 1 / 9);
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
