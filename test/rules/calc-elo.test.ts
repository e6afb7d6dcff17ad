import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { calcElo } from '../../src/rules/calc-elo.js';

test('requests that are no numbers, too few or too many games are refused', () => {
  const refused = [
    {},
    { W: '1', D: '2' },
    { W: '-1', D: '2', L: '3' },
    { W: '1.5', D: '2', L: '3' },
    { W: '--1', D: '2', L: '3' },
    { W: '0', D: '0', L: '0' },
    { W: '4294967295', D: '1', L: '1' },
    { W: '1', D: '2', L: '3', elo0: '0', elo1: '0.4' },
    { W: '1', D: '2', L: '3', elo0: '0', elo1: '10.5' },
    { W: '1', D: '2', L: '3', elo0: '0', elo1: '1.2.3' },
    { W: '1', D: '2', L: '3', elo0: '0', elo1: '2', elo_model: '' },
  ];
  for (const params of refused) assert.equal(calcElo(params).status, 400, JSON.stringify(params));
});

test('a negative pentanomial count falls back to wins, draws and losses', () => {
  const trinomial = { W: '3', D: '2', L: '1' };
  const answer = calcElo({ LL: '1', LD: '2', DDWL: '3', WD: '4', WW: '-5', ...trinomial });
  assert.deepEqual(answer, calcElo(trinomial));
  assert.equal(answer.status, 200);
});

test('any query gets an answer', () => {
  const text = fc.oneof(fc.nat().map(String), fc.string(), fc.constantFrom('-', '.', '1e3', '-0', '٣'));
  const keys = ['LL', 'LD', 'DDWL', 'WD', 'WW', 'W', 'D', 'L', 'elo0', 'elo1', 'elo_model'];
  const query = fc.dictionary(fc.constantFrom(...keys), text);
  fc.assert(fc.property(query, (params) => assert.ok([200, 400].includes(calcElo(params).status))));
});
