import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Results, Sprt } from '../../src/model/documents.js';
import { longWorkerName, runName, shortWorkerName } from '../../src/model/names.js';
import { crashOrTimeMessage, isCrashOrTime } from '../../src/rules/crash-or-time.js';
import { formatFixed, formatScientific, formatShown } from '../../src/rules/format-number.js';
import { gameDuration, tcRatio } from '../../src/rules/game-time.js';
import { canonicalizeRepoUrl } from '../../src/rules/repo-url.js';
import { formatBounds, resultBox, resultStyle } from '../../src/rules/result-box.js';
import { computeFlags, finishedMessage, isUndecided, remainingHours } from '../../src/rules/run-progress.js';
import { newSprt } from '../../src/rules/sprt.js';
import { coreLimit, hashOption, memoryNeed, taskSize, workerCap } from '../../src/rules/task-size.js';
import { internalThroughput, throughputFactors } from '../../src/rules/throughput.js';
import { gamesLeft, hoursLeft } from '../../src/rules/time-left.js';
import { assertClose } from './close.js';

const NO_RESULTS: Results = { wins: 0, losses: 0, draws: 0, crashes: 0, time_losses: 0 };

function sprtOf(llr: number): Sprt {
  const sprt = newSprt({
    alpha: 0.05,
    beta: 0.05,
    elo0: 0,
    elo1: 2,
    eloModel: 'normalized',
    batchSize: 1,
  });
  return { ...sprt, llr };
}

test('game times of docs/spec/scheduling.md §7.1', () => {
  assertClose(gameDuration('10+0.1'), 30.912);
  assertClose(gameDuration('60+0.6'), 185.472);
  assertClose(gameDuration('40/10+0.1'), 43.792);
  assertClose(tcRatio('60+0.6', 8), 48);
  assert.throws(() => gameDuration('ten'), RangeError);
});

test('task sizes and memory of docs/spec/scheduling.md §14', () => {
  const cap = (tc: string, threads: number, concurrency: number, batchSize?: number) =>
    workerCap({ gameDuration: gameDuration(tc), threads, concurrency, batchSize });
  assert.equal(cap('10+0.1', 1, 7), 408);
  assert.equal(cap('60+0.6', 1, 8, 2), 76);
  assert.equal(cap('10+0.1', 1, 16, 16), 928);
  assert.equal(cap('60+0.6', 8, 16), 20);
  assert.equal(cap('180+1.8', 8, 8, 1), 4);
  assert.equal(cap('10+0.1', 1, 1, 16), 64);
  assert.throws(() => cap('10+0.1', 4, 3), RangeError);
  const size = { gameDuration: gameDuration('10+0.1'), threads: 1, concurrency: 7, batchSize: 16 };
  assert.equal(taskSize({ ...size, remaining: 800_000 }), 416);
  assert.equal(taskSize({ ...size, remaining: 33 }), 64);
  assert.equal(memoryNeed(7, 1, hashOption('Hash=16') + hashOption('Threads=2 Hash=16')), 3216);
  assert.equal(hashOption('Hash='), 0);
  assert.equal(coreLimit(4), 100_000);
});

test('internal throughput of docs/spec/scheduling.md §14', () => {
  const itp = (
    throughput: number,
    tc: string,
    threads: number,
    owners: number,
    games: number,
    llr = 0,
    elo0 = 0,
  ) => internalThroughput({ throughput, tc, threads, activeRunsOfOwner: owners, games, sprt: { llr, elo0 } });
  assertClose(itp(100, '10+0.1', 1, 1, 0), 97.2972972972973);
  assertClose(itp(100, '60+0.6', 1, 3, 50_000, 2.5, 0.5), 464.24480974004126);
  assertClose(itp(200, '60+0.6', 8, 2, 400_000, 2.5), 7564.365715260558);
  assertClose(itp(0, '5+0.05', 1, 0, 0), 1);
});

test('remaining hours of docs/spec/scheduling.md §14', () => {
  const args = { tc: '10+0.1', threads: 1, num_games: 800_000, sprt: sprtOf(1) };
  delete args.sprt.overshoot;
  const results: Results = { ...NO_RESULTS, pentanomial: [10, 100, 300, 110, 12] };
  assertClose(remainingHours({ args, results }), 804.20144);
  args.sprt.llr = 2.95;
  assert.equal(remainingHours({ args, results }), 0);
});

test('how runs end', () => {
  const results: Results = { ...NO_RESULTS, wins: 60, losses: 40, draws: 100 };
  const run = { finished: true, isSpsa: false, isSprt: true, results };
  assert.deepEqual(computeFlags({ ...run, sprtState: 'accepted' }), { green: true, yellow: false });
  assert.deepEqual(computeFlags({ ...run, sprtState: 'rejected' }), { green: false, yellow: true });
  assert.deepEqual(computeFlags({ ...run, sprtState: undefined }), { green: false, yellow: false });
  const fixed = { ...run, isSprt: false, sprtState: undefined };
  assert.deepEqual(computeFlags(fixed), { green: true, yellow: false });
  assert.deepEqual(computeFlags({ ...fixed, finished: false }), { green: false, yellow: false });
  assert.equal(isUndecided(results, 200, undefined), false);
  assert.equal(isUndecided(results, 202, undefined), true);
  assert.equal(isUndecided(results, 202, { state: 'rejected' }), false);
});

test('messages of finished runs', () => {
  const results: Results = {
    ...NO_RESULTS,
    wins: 50,
    losses: 49,
    draws: 101,
    pentanomial: [2, 22, 51, 23, 2],
  };
  const run = { isSpsa: false, isGreen: false, results, sprt: undefined };
  assert.equal(
    finishedMessage(run),
    'Result:rejected Elo:1.74[-24.91,28.38] LOS:55% Games:200 Ptnml:[2,22,51,23,2]',
  );
  assert.equal(finishedMessage({ ...run, isSpsa: true }), 'SPSA tune finished');
  const equalBounds = { ...sprtOf(0), elo1: 0 };
  assert.match(finishedMessage({ ...run, sprt: equalBounds }), /^Result: Elo:1\.74\[/);
});

test('crashes and time losses', () => {
  const stats = { ...NO_RESULTS, wins: 10, losses: 20, draws: 10, time_losses: 9 };
  assert.equal(crashOrTimeMessage(stats), 'Time losses:9(22.5%) Crashes:0(0.0%)');
  assert.equal(isCrashOrTime({ ...stats, time_losses: 4 }), false);
  assert.equal(crashOrTimeMessage({ ...NO_RESULTS, crashes: 4 }), undefined);
  assert.equal(isCrashOrTime({ crashes: 4 }), true);
});

test('names', () => {
  const info = { username: 'joe', concurrency: 7, unique_key: 'amaya000-5a28-4b7d-b27b-d78d97ecf11a' };
  assert.equal(shortWorkerName(info), 'joe-7cores-amaya000');
  assert.equal(longWorkerName({ ...info, modified: true }), 'joe-7cores-amaya000-5a28*');
  assert.equal(longWorkerName({ ...info, unique_key: 'alone' }), 'joe-7cores-alone');
  assert.equal(shortWorkerName({ ...info, unique_key: '' }), 'joe-7cores');
  assert.equal(runName('master', '311d42c471238ed6652dc7a2'), 'master-952f05b');
});

test('repository addresses lose the slashes at the end of their path only', () => {
  assert.equal(canonicalizeRepoUrl('https://github.com/a/b//'), 'https://github.com/a/b');
  assert.equal(canonicalizeRepoUrl('https://github.com/a/b/?x=/#/'), 'https://github.com/a/b?x=/#/');
  assert.equal(canonicalizeRepoUrl('https://'), 'https://');
  assert.equal(canonicalizeRepoUrl(''), '');
});

test('numbers as text round ties to even and keep the sign of zero', () => {
  assert.equal(formatFixed(0.125, 2), '0.12');
  assert.equal(formatFixed(0.375, 2), '0.38');
  assert.equal(formatFixed(-2.5, 0), '-2');
  assert.equal(formatFixed(0.5, 0), '0');
  assert.equal(formatFixed(1.005, 2), '1.00');
  assert.equal(formatFixed(-0, 2), '-0.00');
  assert.equal(formatFixed(1e22, 2), '10000000000000000000000.00');
  assert.equal(formatScientific(0.00137, 2), '1.37e-03');
  assert.equal(formatScientific(0, 2), '0.00e+00');
  fc.assert(
    fc.property(fc.integer({ min: -1e6, max: 1e6 }), fc.nat({ max: 6 }), (n, digits) => {
      const x = n / 2 ** (digits + 1);
      const text = formatFixed(x, digits);
      assert.ok(Math.abs(Number(text) - x) <= 0.5 * 10 ** -digits + 1e-9);
      const isTie = Math.abs((Math.abs(x) * 10 ** digits) % 1) === 0.5;
      assert.ok(!isTie || Number(text.at(-1)) % 2 === 0);
    }),
  );
});

test('nothing that people see has a sign when it is nothing', () => {
  for (const [x, digits, shown] of [
    [-0, 2, '0.00'],
    [-0.004, 2, '0.00'],
    [-0.4, 0, '0'],
    [-0.006, 2, '-0.01'],
    [0.004, 2, '0.00'],
    [-10, 1, '-10.0'],
  ] as const)
    assert.equal(formatShown(x, digits), shown);
  const none = { crashes: 0, time_losses: 0 };
  const even = { ...none, wins: 27, losses: 27, draws: 146, pentanomial: [0, 27, 46, 27, 0] as const };
  const results = even as unknown as Results;
  assert.match(resultBox({ args: { num_games: 200 }, results }).info[0]!, /^Elo: 0\.00 ± 25\.1 /);
  const sprt = newSprt({ alpha: 0.05, beta: 0.05, elo0: -0, elo1: 2, eloModel: 'normalized', batchSize: 1 });
  const box = resultBox({ args: { num_games: 200, sprt: { ...sprt, llr: -0.001 } }, results });
  for (const state of ['', 'accepted', 'rejected'] as const)
    for (const elo0 of [0, -3]) {
      const decided = { args: { num_games: 200, sprt: { ...sprt, elo0, state } }, results };
      assert.equal(resultStyle(decided), resultBox(decided).style);
    }
  const won = { args: { num_games: 200 }, results: { ...results, wins: 80, losses: 20, draws: 100 } };
  assert.equal(resultStyle(won), resultBox(won).style);
  assert.equal(box.info[0], 'LLR: 0.00 (-2.94,2.94) <0.00,2.00>');
  assert.equal(formatBounds('logistic', -0.001, 0), '{0.00,0.00}');
  // The log says it as the reference does: programs compare it.
  assert.match(finishedMessage({ isSpsa: false, isGreen: false, results, sprt: undefined }), /Elo:-0\.00\[/);
});

const PLAYED: Results = {
  ...NO_RESULTS,
  wins: 1_800,
  losses: 1_500,
  draws: 2_700,
  pentanomial: [200, 550, 1_300, 650, 300],
};

test('the weight of a run is the product of what a person is told of', () => {
  const input = {
    throughput: 900,
    tc: '60+0.6',
    threads: 1,
    activeRunsOfOwner: 6,
    games: 50_000,
    sprt: { llr: 2.5, elo0: 0.5 },
  };
  const { asked, timeControl, owner, progress } = throughputFactors(input);
  assert.deepEqual([asked, owner, progress], [500, 0.5, 1.45]);
  assertClose(timeControl, 6 ** 0.774, 1e-12);
  assert.equal(internalThroughput(input), asked * timeControl * owner * progress);
});

test('hours left follow from the games that are left, and for an SPRT are a range', () => {
  const fixed = { args: { num_games: 12_000 }, results: PLAYED };
  assert.deepEqual(hoursLeft(fixed, 50), { low: 2, high: 2 });
  assert.deepEqual(hoursLeft({ ...fixed, args: { num_games: 100 } }, 50), { low: 0, high: 0 });
  assert.equal(hoursLeft(fixed, 0), undefined);
  const left = (llr: number, games = 800_000) =>
    gamesLeft({ args: { num_games: games, sprt: sprtOf(llr) }, results: PLAYED })!;
  const [level, near] = [left(0), left(2.9)];
  assert.ok(level.low > 0 && level.low < level.high, JSON.stringify(level));
  // A walk without drift leaves ±2.944 after 2.944² / variance samples.
  assert.ok(near.high < level.high && near.low < level.low, JSON.stringify([near, level]));
  assert.ok(left(-2.9).low < level.low);
  assert.deepEqual([left(3).low, left(-3).high], [0, 0]);
  assert.equal(left(0, 7_000).high, 1_000);
  assert.equal(gamesLeft({ args: { num_games: 800_000, sprt: sprtOf(0) }, results: NO_RESULTS }), undefined);
});

test('an odd document has no hours left that are no number', () => {
  const odd = fc.oneof(
    fc.double(),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 0, -1, undefined, null, 'x', 1e308),
  );
  const counts = fc.oneof(
    fc.constant(undefined),
    fc.array(fc.nat(1_000_000), { minLength: 5, maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(odd, { minLength: 10, maxLength: 10 }), counts, (values, pentanomial) => {
      const [llr, alpha, beta, elo0, elo1, num_games, wins, losses, draws, speed] = values as number[];
      const sprt = { ...sprtOf(0), llr: llr!, alpha: alpha!, beta: beta!, elo0: elo0!, elo1: elo1! };
      const results = {
        ...NO_RESULTS,
        wins: wins!,
        losses: losses!,
        draws: draws!,
        ...(pentanomial && { pentanomial }),
      };
      const range = hoursLeft({ args: { num_games: num_games!, sprt }, results: results as Results }, speed!);
      if (range === undefined) return;
      assert.ok(
        range.low >= 0 && range.low <= range.high && Number.isFinite(range.high),
        JSON.stringify(range),
      );
    }),
    { numRuns: 2_000 },
  );
});
