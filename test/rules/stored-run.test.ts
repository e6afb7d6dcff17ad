/** A run of an old database is made whole for readers: every member missing or of another type, no NaN in what follows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUndecidable } from '../../src/rules/sprt-bounds.js';
import { sprtInterval } from '../../src/rules/sprt-elo.js';
import { readRun } from '../../src/rules/stored-run.js';
import { readTune } from '../../src/rules/stored-tune.js';
import { eloEstimate, runSummary } from '../../src/runtime/run-views.js';
import type { RunHead } from '../../src/store/port.js';
import { sprtArgs } from '../operations/world.js';
import { runHead } from '../store/documents.js';

const RESULTS = {
  wins: 50,
  losses: 40,
  draws: 110,
  crashes: 0,
  time_losses: 0,
  pentanomial: [5, 20, 45, 25, 5],
};
const ODD = [undefined, null, '', 'x', -1, Number.NaN, Number.POSITIVE_INFINITY, 1e300, {}, [], true, [null]];

function pathsOf(value: object, path: readonly string[] = []): string[][] {
  return Object.entries(value).flatMap(([name, member]) => [
    [...path, name],
    ...(typeof member === 'object' && member !== null ? pathsOf(member as object, [...path, name]) : []),
  ]);
}

function changed(head: object, path: readonly string[], value: unknown): RunHead {
  const copy = structuredClone(head) as Record<string, unknown>;
  let place = copy;
  for (const name of path.slice(0, -1)) place = place[name] as Record<string, unknown>;
  if (value === undefined) delete place[path.at(-1)!];
  else place[path.at(-1)!] = value;
  return copy as unknown as RunHead;
}

function assertWhole(value: unknown, name: string): void {
  if (typeof value === 'number') assert.ok(!Number.isNaN(value), name);
  else if (typeof value === 'object' && value !== null) {
    for (const [member, part] of Object.entries(value)) assertWhole(part, `${name}.${member}`);
  }
}

test('any member may be missing or of another type', () => {
  const head = { ...runHead(0), finished: true, results: RESULTS };
  const whole = { ...head, args: { ...head.args, ...sprtArgs(0, 2) } };
  const paths = pathsOf(whole).filter(
    ([name]) => name !== '_id' && name !== 'finished' && name !== 'deleted',
  );
  assert.ok(paths.length > 50);
  for (const path of paths) {
    for (const value of ODD) {
      if (value === undefined && /^\d$/.test(path.at(-1)!)) continue;
      const name = `${path.join('.')} = ${JSON.stringify(value) ?? 'missing'}`;
      const stored = changed(whole, path, value);
      const { args, start_time, last_updated, results } = readRun(stored);
      new Date(start_time).toISOString();
      new Date(last_updated).toISOString();
      for (const text of [args.new_tag, args.info, args.username, args.tc])
        assert.equal(typeof text, 'string', name);
      if (args.sprt === undefined || !isUndecidable(args.sprt))
        assertWhole(eloEstimate({ args, results }), name);
      const { args: _args, ...summary } = { args, ...runSummary(stored) };
      assertWhole(summary, name);
    }
  }
});

test('a whole run stays as it is', () => {
  const head = { ...runHead(0), results: RESULTS } as RunHead;
  assert.deepEqual(readRun(head), head);
});

test('bounds that are no numbers end an estimate, and not never', () => {
  for (const elo1 of [null, '', Number.NaN, 0]) {
    const input = { alpha: 0.05, beta: 0.05, elo0: 0, elo1: elo1 as number, eloModel: 'normalized' as const };
    assert.throws(() => sprtInterval(RESULTS as never, input), RangeError, String(elo1));
  }
});

test('an entry of a tune that is none has no name', () => {
  const { params } = readTune({ params: [null, { name: {} }, { name: 'p', start: '3' }] } as never, 100);
  assert.deepEqual(
    params.map(({ name, theta }) => [name, theta]),
    [
      ['', 0],
      ['', 0],
      ['p', 3],
    ],
  );
});
