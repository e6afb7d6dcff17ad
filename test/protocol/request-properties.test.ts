/** Properties of the full schema: generated requests pass, and any one broken member fails. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { knownWorkerArchs } from '../../src/protocol/configured-names.js';
import { checkAccess, checkRequest, parseBody } from '../../src/protocol/request.js';

const count = fc.nat(0x7fffffff);
const positive = fc.integer({ min: 1, max: 0x7fffffff });
const hex = (length: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
    .map((d) => d.join(''));
const word = (min: number, max: number) =>
  fc
    .array(fc.constantFrom(...'abcXYZ0189'), { minLength: min, maxLength: max })
    .map((letters) => letters.join(''));
const anyText = fc.string({ unit: 'grapheme' });

/** Pairs of games: how a pair with two wins, a win and a draw, … was played is drawn with it. */
const stats = fc
  .record({
    pairs: fc.tuple(...Array.from({ length: 5 }, () => fc.nat(1000))),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ pairs, share }) => {
    const [p0, p1, p2, p3, p4] = pairs as [number, number, number, number, number];
    const drawnPairs = Math.floor(p2 * share);
    const draws = p1 + p3 + 2 * drawnPairs;
    const wins = 2 * p4 + p3 + (p2 - drawnPairs);
    const losses = 2 * p0 + p1 + (p2 - drawnPairs);
    return { wins, losses, draws, crashes: p0, time_losses: p1, pentanomial: [p0, p1, p2, p3, p4] };
  });

const spsa = fc
  .record({ wins: fc.nat(1000), losses: fc.nat(1000), half: fc.nat(1000), sig: count })
  .map(({ wins, losses, half, sig }) => {
    const draws = 2 * half + ((wins + losses) % 2);
    return { wins, losses, draws, num_games: wins + losses + draws, sig };
  });

const workerInfo = fc.record({
  uname: anyText,
  architecture: fc.tuple(anyText, anyText),
  concurrency: positive,
  max_memory: count,
  min_threads: positive,
  username: word(2, 20),
  version: count,
  python_version: fc.tuple(count, count, count),
  gcc_version: fc.tuple(count, count, count),
  compiler: fc.constantFrom('g++', 'clang++'),
  unique_key: fc.tuple(word(2, 8), hex(4), hex(4), hex(4), hex(12)).map((segments) => segments.join('-')),
  modified: fc.boolean(),
  worker_arch: fc.constantFrom(...knownWorkerArchs()),
  ARCH: anyText,
  nps: fc.double({ min: 0, max: 1e12, noNaN: true }),
  near_github_api_limit: fc.boolean(),
});

const request = fc
  .record(
    {
      password: anyText,
      worker_info: workerInfo,
      run_id: hex(24),
      pgn: anyText,
      message: anyText,
      stats,
      spsa,
    },
    { requiredKeys: ['password', 'worker_info', 'run_id'] },
  )
  .chain((body) =>
    fc.option(count, { nil: undefined }).map((id) => (id === undefined ? body : { ...body, task_id: id })),
  );

type Holder = Record<string, unknown>;

/** Where every value of a body is: the object or array that holds it, and under which key. */
function places(holder: Holder): [Holder, string][] {
  return Object.keys(holder).flatMap((key) => {
    const value = holder[key];
    const here: [Holder, string][] = [[holder, key]];
    return typeof value === 'object' && value !== null ? [...here, ...places(value as Holder)] : here;
  });
}

const reread = (body: unknown) => parseBody(Buffer.from(JSON.stringify(body))) as Holder;

test('generated requests pass both gates', () => {
  fc.assert(
    fc.property(request, (generated) => {
      const body = reread(generated);
      assert.equal(checkAccess(body), undefined);
      assert.equal(checkRequest(body), undefined);
    }),
  );
});

test('a value of a wrong type anywhere fails, and the text names the member', () => {
  fc.assert(
    fc.property(request, fc.nat(), fc.constantFrom(null, {}, [], -1, 0.5), (generated, choice, wrong) => {
      const body = reread(generated);
      const all = places(body);
      const [holder, key] = all[choice % all.length]!;
      if (key === 'nps' && wrong === 0.5) return;
      holder[key] = wrong;
      const problem = checkRequest(body);
      assert.ok(problem?.startsWith('request['), `${key}: ${problem}`);
    }),
  );
});

test('a member too few or too many fails', () => {
  const optional = new Set(['task_id', 'pgn', 'message', 'stats', 'spsa']);
  fc.assert(
    fc.property(request, fc.nat(), fc.boolean(), (generated, choice, add) => {
      const body = reread(generated);
      const all = places(body);
      const [holder, key] = all[choice % all.length]!;
      if (add) {
        if (Array.isArray(holder)) holder.push(holder[0]);
        else holder['extra'] = 1;
      } else {
        if (holder === body && (optional.has(key) || (key === 'run_id' && !('task_id' in body)))) return;
        if (Array.isArray(holder)) holder.pop();
        else delete holder[key];
      }
      assert.ok(checkRequest(body)?.startsWith('request['));
    }),
  );
});

test('any JSON value gets an answer from both gates', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (body) => {
      assert.equal(typeof checkAccess(body), 'string');
      assert.equal(typeof checkRequest(body), 'string');
    }),
  );
});
