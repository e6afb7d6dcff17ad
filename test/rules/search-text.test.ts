/** Words of a text, and what a search asks of them (docs/spec/web-ui.md §4.4). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesSearch, parseSearch, wordsOf } from '../../src/rules/search-text.js';

test('words are divided at blanks and signs, without case and accents', () => {
  assert.deepEqual(wordsOf('LTC: Naïve king-safety, pawn_structure…'), [
    'ltc',
    'naive',
    'king',
    'safety',
    'pawn_structure',
  ]);
  assert.deepEqual(wordsOf("don't"), ['don', 't']);
  assert.deepEqual(wordsOf(' \t\0\u202E'), []);
});

test('words, phrases and exclusions are told apart', () => {
  assert.deepEqual(parseSearch('b “History Move” -king -"two words"'), {
    any: ['b'],
    phrases: [['history', 'move']],
    excluded: [['king'], ['two', 'words']],
  });
  for (const nothing of ['', '  ', '-king', '-"a b"', '"', '""', '- - -', '...']) {
    assert.equal(parseSearch(nothing), undefined, nothing);
  }
});

test('a phrase must be there, one of several words is enough, and what is excluded may not be there', () => {
  const fits = (given: string, text: string) => matchesSearch(parseSearch(given)!, wordsOf(text));
  assert.equal(fits('history king', 'the history'), true);
  assert.equal(fits('"history move" king', 'king history'), false);
  assert.equal(fits('"history move"', 'my history: move!'), true);
  assert.equal(fits('"history move"', 'history history move'), true);
  assert.equal(fits('"history move"', 'prehistory moves'), false);
  assert.equal(fits('history -king', 'history of the King'), false);
});
