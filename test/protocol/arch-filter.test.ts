/** Architecture filters: what they match, what is refused, and that hostile ones cost nothing. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { WORKER_ARCHS } from '../../src/protocol/configured-names.js';
import { matchArchs } from '../../src/rules/arch-filter.js';

const ARCHS = [...WORKER_ARCHS, 'unknown'];

function matching(pattern: string): string[] {
  const found = matchArchs(pattern, ARCHS);
  assert.ok('matches' in found, `${pattern}: ${JSON.stringify(found)}`);
  return ARCHS.filter((_, i) => found.matches[i]);
}

const refused = (pattern: string) => 'error' in matchArchs(pattern, ARCHS);

test('a filter is searched, not matched as a whole', () => {
  assert.deepEqual(matching(''), ARCHS);
  assert.deepEqual(matching('avx512icl'), ['x86-64-avx512icl']);
  assert.deepEqual(matching('avx512$'), ['x86-64-avx512']);
  assert.deepEqual(matching('apple|armv8'), ['apple-silicon', 'armv8', 'armv8-dotprod']);
  assert.deepEqual(matching('x86-64-(avx2|bmi2)'), ['x86-64-avx2', 'x86-64-bmi2']);
  assert.deepEqual(matching('nothing'), []);
});

test('anchored look-aheads', () => {
  assert.deepEqual(matching('^(?!unknown)'), [...WORKER_ARCHS]);
  assert.deepEqual(
    matching('^(?!.*avx512)'),
    ARCHS.filter((arch) => !arch.includes('avx512')),
  );
  assert.deepEqual(
    matching('^(?=x86-64)(?!.*(bmi2|512)).*$'),
    ARCHS.filter((arch) => arch.startsWith('x86-64') && !/bmi2|512/.test(arch)),
  );
  assert.deepEqual(matching('\\A(?!(?!x86).*)(?=x86-32)x86-32$|^e2k'), ['e2k', 'x86-32']);
});

test("the spellings of Python's dialect", () => {
  assert.deepEqual(matching('\\Aarmv7\\Z'), ['armv7']);
  assert.deepEqual(matching('(?i)X86-64-AVX2$'), ['x86-64-avx2']);
  assert.deepEqual(matching('(?ix) X86 - 64 - avx2 $ # the common one'), ['x86-64-avx2']);
  assert.deepEqual(matching('^(?P<name>armv7)$'), ['armv7']);
  assert.deepEqual(matching('^armv7(?#no neon)$'), ['armv7']);
  assert.deepEqual(matching('^p{,1}pc-32'), ['ppc-32']);
  assert.deepEqual(matching('\\u0065\\x32k'), ['e2k']);
  assert.deepEqual(matching('[]e]2k'), ['e2k']);
  assert.deepEqual(matching('(?<!avx)512'), ['x86-64-vnni512']);
});

test('what cannot run in linear time, or is no expression, is refused', () => {
  const patterns = [
    '(',
    ')',
    '[a',
    'a**',
    '*',
    'a++',
    '(?>a)',
    '(a)\\1',
    '(?P=n)',
    'x86(?!-64)',
    '(?!x)',
    '\\',
  ];
  const odd = [
    '(?:a){e<=1}',
    'a{2,1}',
    'a{5000}',
    '((a{100}){100}){100}',
    '(?z)a',
    '\\Qa\\E',
    '^(?!a',
    'x'.repeat(1001),
  ];
  for (const pattern of [...patterns, ...odd]) assert.ok(refused(pattern), pattern);
});

const piece = fc.constantFrom(
  'x86',
  '-',
  '64',
  'avx',
  '512',
  '.',
  '[a-z]',
  '[^-]',
  '\\d',
  'arm',
  '(?:v|p)',
  '(avx|bmi)2?',
);
const sequence = fc
  .array(fc.tuple(piece, fc.constantFrom('', '', '*', '?', '+', '{0,2}', '*?')), { maxLength: 4 })
  .map((pieces) => pieces.map(([atom, times]) => (times === '' ? atom : `(?:${atom})${times}`)).join(''));
const ahead = fc
  .tuple(fc.constantFrom('(?=', '(?!'), fc.array(sequence, { minLength: 1, maxLength: 2 }))
  .map(([open, branches]) => `${open}${branches.join('|')})`);
const branch = fc.oneof(
  sequence,
  fc.tuple(fc.constantFrom('', '^'), sequence, fc.constantFrom('', '$')).map((parts) => parts.join('')),
  fc
    .tuple(fc.array(ahead, { minLength: 1, maxLength: 3 }), sequence)
    .map(([heads, rest]) => `^${heads.join('')}${rest}`),
);
const filter = fc.array(branch, { minLength: 1, maxLength: 3 }).map((branches) => branches.join('|'));

test('filters match what a backtracking engine says they match', () => {
  fc.assert(
    fc.property(filter, (pattern) => {
      const reference = new RegExp(pattern);
      assert.deepEqual(
        matching(pattern),
        ARCHS.filter((arch) => reference.test(arch)),
      );
    }),
    { numRuns: 500 },
  );
});

test('no pattern throws, and none takes long', () => {
  const hostile = [
    '(a+)+$',
    '(x|x)*y',
    `${'(.*)'.repeat(200)}$`,
    `${'(?:a?)'.repeat(80)}${'a'.repeat(80)}`,
    '(.*.*.*.*){30}z',
    `${'('.repeat(400)}a${')'.repeat(400)}`,
    `^${'(?!a'.repeat(150)}${')'.repeat(150)}`,
    `(?:${'[a-z]{1,30}'.repeat(30)})*z`,
    '\\pL{1000}',
    '(?i)\\PL{500}x{499}',
    `${'(?<!a)'.repeat(150)}x`,
  ];
  // An engine that tries every way would not come back from one of them.
  for (const pattern of hostile) matchArchs(pattern, ARCHS);
  const signs = fc.constantFrom(...'()[]{}?*+|^$\\.,=!<>:#Ppix-0129aZ');
  fc.assert(
    fc.property(fc.array(signs, { maxLength: 30 }), (letters) => {
      matchArchs(letters.join(''), ARCHS);
    }),
  );
});
