import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spsaLineProblems } from '../../src/rules/spsa-lines.js';

const GOOD = 'P1,10,0,100,5,0.002';

test('parameters as fishtest takes them are good: blank lines, blanks around numbers, two kinds of line ends, inner blanks', () => {
  for (const text of [
    GOOD,
    `${GOOD}\r\n\r\n  P2 , 1,0,2,1,0\n`.replace('P2 ,', 'P2,'),
    `Move Overhead,10,10,11,5,0\n`,
    '',
  ]) {
    assert.deepEqual(spsaLineProblems(text), [], text);
  }
});

test('every line at fault is told with its number', () => {
  const cases: [string, RegExp][] = [
    [`\ufeff${GOOD}`, /line 1: the name "<byte order mark>P1" holds a character that cannot be seen/],
    [' P1 , 10,0,100,5,0.002', /line 1: the name "P1 " ends in a blank/],
    [`${GOOD}\n,10,0,100,5,0.002`, /line 2: it has no name/],
    [`${GOOD}\n\nP1,20,0,100,5,0.002`, /line 3: "P1" is a parameter already, in line 1/],
    [`# ${GOOD}`, /line 1: .*comment/],
    ['P\u200b1,10,0,100,5,0.002', /line 1: .*cannot be seen/],
    ['P1,10,100,0,5,0.002', /line 1: min \(100\) must be below max \(0\)/],
    ['P1,10,10,10,5,0.002', /line 1: min \(10\) must be below max \(10\)/],
    ['P1,1000,0,100,5,0.002', /line 1: start \(1000\) must be within/],
    ['P1,ten,0,100,5,0.002', /line 1: start: "ten" is not a number/],
    ['P1,10,0,100,5', /line 1: it has 5 fields and must have 6/],
    ['P1,10,0,100,0,0.002', /line 1: c_end \(0\)/],
    [`${GOOD}\np1,20,0,100,5,0.002`, /line 2: "p1" is a parameter already, in line 1/],
    ['P\u00a01,10,0,100,5,0.002', /line 1: the name .* holds a blank other than the common one/],
    ['P\u30001,10,0,100,5,0.002', /line 1: the name .* holds a blank other than/],
    ['P1\u3164,10,0,100,5,0.002', /line 1: .*cannot be seen/],
    ['P=1,10,0,100,5,0.002', /line 1: the name "P=1" holds a "="/],
    ['"P1",10,0,100,5,0.002', /line 1: the name .* is in quotes/],
    [`${'P'.repeat(201)},10,0,100,5,0.002`, /line 1: its name has more than 200/],
    ['P1,10,0,100,5e-324,1', /line 1: c_end \(5e-324\) is so small/],
    ['P1,10,0,100,5,-1', /line 1: r_end \(-1\)/],
    ['P1,0,-1e308,100,5,1', /line 1: min \(-1e\+308\) is beyond 2147483647/],
    ['P1,0,0,2147483648,5,1', /line 1: max \(2147483648\) is beyond/],
    ['P1,0,0,100,1e300,0', /line 1: c_end \(1e\+300\) is beyond/],
    ['P1,0,0,100,1,1e10', /line 1: r_end \(10000000000\) is beyond/],
  ];
  for (const [text, expected] of cases) {
    const problems = spsaLineProblems(text);
    assert.equal(problems.length, 1, text);
    assert.match(problems[0]!, expected);
  }
  assert.equal(spsaLineProblems('a\nb\nc').length, 3);
});
