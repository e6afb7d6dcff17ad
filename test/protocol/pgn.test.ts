/** Uploaded PGNs: lenient base64 of a gzip stream, docs/spec/worker-api.md §4.8. */

import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { decodePgn } from '../../src/protocol/pgn.js';

const GAME = gzipSync('[Event "?"]\n1. e4 e5 *\n');
const TEXT = GAME.toString('base64');

function decodes(text: string, expected: Uint8Array = GAME): void {
  const bytes = decodePgn(text);
  assert.ok(typeof bytes !== 'string', String(bytes));
  assert.deepEqual(Buffer.from(bytes), Buffer.from(expected));
}

const refuses = (text: string, why: RegExp) => assert.match(String(decodePgn(text)), why);

test('plain base64 is decoded', () => decodes(TEXT));

test('characters outside the alphabet are skipped', () => {
  decodes(TEXT.replaceAll(/(.{76})/g, '$1\r\n'));
  decodes([...TEXT].join('-'));
  decodes(`_%\0${TEXT}\n`);
});

test('text after the final padding is ignored', () => {
  const padded = GAME.subarray(0, GAME.length - ((GAME.length + 2) % 3));
  const text = padded.toString('base64');
  assert.ok(text.endsWith('='));
  decodes(`${text}QUJD`, padded);
  decodes(text.replace('=', '\n='), padded);
});

test('padding signs where no group needs them are skipped', () =>
  decodes(`=${TEXT.slice(0, 4)}=${TEXT.slice(4)}`));

test('bad padding and text outside ASCII are refused', () => {
  const whole = gzipSync('').subarray(0, 18).toString('base64');
  refuses(whole.slice(0, -1), /padding/);
  refuses(whole.slice(0, -2), /padding/);
  refuses(`${whole}A`, /padding/);
  refuses(`${whole}AA=`, /padding/);
  refuses(`é${whole}`, /ASCII/);
});

test('what is not gzip is refused, a cut stream is taken', () => {
  refuses('', /gzip/);
  refuses(Buffer.from('hello').toString('base64'), /gzip/);
  refuses('====', /gzip/);
  decodes(GAME.subarray(0, 5).toString('base64'), GAME.subarray(0, 5));
});

test('any bytes behind the magic come back, whatever is strewn between their digits', () => {
  const noise = fc.constantFrom('\n', '-', '_', ' ', '%', '\0', '!');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.array(fc.tuple(fc.nat(), noise)), (tail, strewn) => {
      const bytes = Buffer.concat([Buffer.of(0x1f, 0x8b), tail]);
      let text = bytes.toString('base64');
      for (const [at, sign] of strewn) {
        const i = at % (text.length + 1);
        text = text.slice(0, i) + sign + text.slice(i);
      }
      decodes(text, bytes);
    }),
  );
});
