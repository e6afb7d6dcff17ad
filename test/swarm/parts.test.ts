/** The swarm's tools, each against a plain model: appointments, intervals, latencies, games, addresses. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { RunArgs } from '../../src/model/documents.js';
import { asAccessRequest, checkRequest } from '../../src/protocol/request.js';
import { Identity } from '../../src/swarm/identity.js';
import { IntervalSet } from '../../src/swarm/interval-set.js';
import { LatencyHistogram } from '../../src/swarm/latency-histogram.js';
import { checkUrl, swarmOptions } from '../../src/swarm/options.js';
import { requestBody } from '../../src/swarm/request-body.js';
import { Random } from '../../src/swarm/seeded-random.js';
import { batchGames, gamesIn, pairOdds, playPairs } from '../../src/swarm/simulated-games.js';
import { judge } from '../../src/swarm/swarm-http.js';
import { Schedule } from '../../src/swarm/turn-schedule.js';

const USER = { username: 'joe', password: 'secret' };

describe('the schedule', () => {
  it('takes workers in the order of their appointments, whatever was set before', () => {
    const steps = fc.array(fc.tuple(fc.nat(19), fc.nat(1000)), { maxLength: 200 });
    fc.assert(
      fc.property(steps, fc.nat(1000), (sets, now) => {
        const schedule = new Schedule(20);
        const model = new Map<number, number>();
        for (const [worker, at] of sets) {
          schedule.set(worker, at);
          model.set(worker, at);
        }
        assert.equal(schedule.next, Math.min(...model.values()));
        let last = 0;
        for (let worker = schedule.take(now); worker !== undefined; worker = schedule.take(now)) {
          const at = model.get(worker)!;
          assert.ok(at >= last && at <= now);
          assert.equal(schedule.dueAt(worker), at);
          model.delete(worker);
          last = at;
        }
        assert.equal(schedule.size, model.size);
        for (const at of model.values()) assert.ok(at > now);
      }),
    );
  });
});

describe('a set of intervals', () => {
  it('tells overlaps as a set of integers does', () => {
    const intervals = fc.array(fc.tuple(fc.nat(60), fc.nat(8)), { maxLength: 40 });
    fc.assert(
      fc.property(intervals, (added) => {
        const set = new IntervalSet();
        const model = new Set<number>();
        for (const [start, length] of added) {
          const numbers = Array.from({ length }, (_, i) => start + i);
          assert.equal(
            set.add(start, start + length),
            numbers.every((number) => !model.has(number)),
          );
          for (const number of numbers) model.add(number);
        }
        assert.ok(set.size <= model.size);
      }),
    );
  });
});

describe('the histogram of latencies', () => {
  it('finds quantiles and the maximum to a thousandth, and adds up', () => {
    const latencies = fc.array(fc.double({ min: 0.01, max: 60_000, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(latencies, fc.double({ min: 0.01, max: 1, noNaN: true }), (all, share) => {
        const histogram = new LatencyHistogram();
        for (const latency of all) histogram.record(latency);
        const sorted = [...all].sort((a, b) => a - b);
        const [low, high] = [Math.floor, Math.ceil].map(
          (round) => sorted[Math.max(1, round(share * all.length)) - 1]!,
        );
        const found = histogram.quantile(share);
        assert.ok(found >= 0.999 * low! && found <= 1.001 * high!, `${found} for ${low} to ${high}`);
        assert.ok(Math.abs(histogram.max - sorted.at(-1)!) <= 0.001 * sorted.at(-1)!, `${histogram.max}`);
        const both = new LatencyHistogram();
        both.add(histogram);
        both.add(histogram);
        assert.deepEqual([both.count, both.max], [2 * all.length, histogram.max]);
      }),
    );
  });
});

describe('simulated games', () => {
  it('are drawn with counts that the protocol accepts', () => {
    const inputs = fc.tuple(fc.nat(), fc.integer({ min: -400, max: 400 }), fc.double({ min: 0, max: 1 }));
    fc.assert(
      fc.property(inputs, fc.integer({ min: 1, max: 200 }), ([seed, elo, draws], pairs) => {
        const random = new Random(seed);
        const stats = playPairs(random, pairOdds(elo, Number.isNaN(draws) ? 0.5 : draws), 2 * pairs, 0.5);
        assert.equal(gamesIn(stats), 2 * pairs);
        const identity = new Identity(random, [USER], seed % 1000);
        const text = requestBody(identity, identity.workerInfo(true, false), { stats });
        const body: unknown = JSON.parse(text);
        assert.equal(checkRequest(body), undefined, text);
        assert.equal(asAccessRequest(body).worker_info.username, 'joe');
      }),
    );
  });

  it('have the score of their Elo', () => {
    const [elo, games] = [20, 200_000];
    const stats = playPairs(new Random(5), pairOdds(elo, 0.5), games, 0);
    const score = (stats.wins + stats.draws / 2) / games;
    const expected = 1 / (1 + 10 ** (-elo / 400));
    // Four standard deviations of the mean.
    assert.ok(Math.abs(score - expected) < 4 * Math.sqrt(0.125 / games), `${score} for ${expected}`);
  });

  it('come in batches as the real worker plays them', () => {
    const args = { tc: '10+0.1', threads: 1 } as RunArgs;
    assert.equal(batchGames({ ...args, sprt: { batch_size: 16 } } as RunArgs, 7), 32);
    assert.equal(batchGames(args, 7), 7 * 4 * 6);
    assert.equal(batchGames({ ...args, threads: 2 }, 7), 3 * 4 * 6);
    assert.equal(batchGames({ ...args, spsa: {} } as RunArgs, 7), 7 * 4 * 3);
  });
});

describe('what a worker makes of a reply', () => {
  it('follows the real one: only an object with a duration is an answer', () => {
    assert.equal(judge(200, '{"task_alive":true,"duration":0.1}').kind, 'object');
    assert.equal(judge(401, '{"error":"no","duration":0}').kind, 'object');
    for (const [status, text] of [
      [503, ''],
      [200, '[]'],
      [404, '{"detail":"Not Found"}'],
      [500, '{"error":"x","duration":0}'],
    ] as const) {
      assert.equal(judge(status, text).kind, 'unusable', text);
    }
  });
});

describe('the options', () => {
  it('keep a swarm on this machine unless it is allowed to leave', () => {
    for (const url of [
      'http://127.0.0.1:8000/',
      'http://localhost:1',
      'http://[::1]:2',
      'http://127.9.9.9',
      'https://localhost:8443',
    ]) {
      assert.equal(checkUrl(url, false), new URL(url).origin);
    }
    for (const url of ['http://example.org', 'http://127.0.0.1.example.org', 'http://1127.0.0.1']) {
      assert.throws(() => checkUrl(url, false), /is not (this machine|an http or https URL)/);
    }
    assert.equal(checkUrl('http://example.org/', true), 'http://example.org');
    assert.throws(() => checkUrl('ftp://localhost', true), /is not an http or https URL/);
  });

  it('name what is out of bounds', () => {
    const given = { url: 'http://127.0.0.1:8000', users: [USER] };
    assert.throws(() => swarmOptions({ ...given, workers: 0 }), /^Error: workers: 0 is not between 1 and/);
    assert.throws(() => swarmOptions({ ...given, failureRate: 1.5 }), /failureRate: 1.5/);
    assert.throws(() => swarmOptions({ ...given, users: [] }), /users/);
  });
});
