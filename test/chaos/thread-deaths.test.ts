/** Threads die by hundreds inside of critical sections, of all that can end a thread, and the state stays whole. */
import '../memory/fixtures/lock-check-on.js';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { installRepair, reapThread } from '../../src/operations/recovery/reap-thread.js';
import { taskGames } from '../../src/state/results.js';
import type { State } from '../../src/state/state.js';
import { checkFarm } from './fixtures/check-farm.js';
import {
  createFarm,
  LEDGER_WORDS,
  type MortalOrder,
  RUN_IDS,
  WORKERS_OF_A_LANE,
} from './fixtures/farm-region.js';

const LANES = 3;
/** SHOAL_DEATHS=240 for a long run: most of a death's time goes into starting the next thread. */
const DEATHS = Number(process.env['SHOAL_DEATHS'] ?? 24);
const SEED = Number(process.env['SHOAL_SEED'] ?? Date.now() % 1_000_000);

/** Deaths by the place where they happened, of those that held a lock. */
type Toll = Map<string, number>;

class Lanes {
  readonly toll: Toll = new Map();
  readonly ledger = new SharedArrayBuffer(4 * LANES * WORKERS_OF_A_LANE * LEDGER_WORDS);
  readonly #state: State;
  #random = SEED;
  deaths = 0;

  constructor(state: State) {
    this.#state = state;
  }

  pick(limit: number): number {
    this.#random = (Math.imul(this.#random, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#random / 2 ** 32) * limit);
  }

  /** Lets one thread live and die on the lane; `kill` ends it some other way than at a place. */
  async live(lane: number, kill?: (worker: Worker) => void, limits = {}): Promise<void> {
    const places = kill === undefined ? 1 + this.pick(400) : 0;
    const order: MortalOrder = {
      buffer: this.#state.region.buffer,
      ledger: this.ledger,
      lane,
      seed: this.pick(1_000_000) + 1,
      places,
      hoards: Object.keys(limits).length > 0,
    };
    const url = new URL('./fixtures/mortal.js', import.meta.url);
    const worker = new Worker(url, { workerData: order, resourceLimits: limits });
    const { threadId } = worker;
    let place = 'anywhere';
    worker.on('message', (text: string) => {
      if (text === 'works') kill?.(worker);
      else place = text;
    });
    let failure: Error | undefined;
    worker.on('error', (error) => {
      failure = error;
    });
    await new Promise((resolve) => worker.on('exit', resolve));
    if (failure !== undefined && Object.keys(limits).length === 0) throw failure;
    this.#state.threads.markDeadThread(threadId);
    for (const slot of this.#state.threads.dead()) {
      this.deaths++;
      const locks = reapThread(this.#state, slot);
      if (locks > 0) this.toll.set(place, (this.toll.get(place) ?? 0) + 1);
    }
  }
}

/** A thread that takes what has changed, as the store's does; it may wait for what dead threads hold. */
function startWriter(state: State): Worker {
  return new Worker(new URL('./fixtures/taker.js', import.meta.url), {
    workerData: { buffer: state.region.buffer },
  });
}

/** What was acknowledged and is not there. */
function lost(state: State, ledger: SharedArrayBuffer): string[] {
  const words = new Int32Array(ledger);
  const problems: string[] = [];
  for (let at = 0; at < words.length; at += LEDGER_WORDS) {
    const [run, taskId, acknowledged, most] = words.slice(at, at + LEDGER_WORDS);
    if (run === 0) continue;
    const slot = state.runs.find(RUN_IDS[run! - 1]!);
    const games = taskGames(state.tasks, state.tasks.offsetOf(slot, taskId!));
    if (games < acknowledged! || games > most!) {
      problems.push(
        `run ${slot} task ${taskId}: ${acknowledged} games acknowledged, ${most} sent, ${games} kept`,
      );
    }
  }
  return problems;
}

describe('threads that die inside of critical sections', () => {
  it(`are recovered from, at ${DEATHS} places by seed ${SEED}`, async () => {
    const state = await createFarm();
    installRepair(state, Date.now);
    const lanes = new Lanes(state);
    const writer = startWriter(state);
    const held = () => [...lanes.toll.values()].reduce((a, b) => a + b, 0);
    const began = Date.now();
    await Promise.all(
      Array.from({ length: LANES }, async (_, lane) => {
        while (held() < DEATHS) await lanes.live(lane);
      }),
    );
    await writer.terminate();
    state.threads.dead().forEach((slot) => void reapThread(state, slot));
    assert.deepEqual(checkFarm(state), []);
    assert.deepEqual(lost(state, lanes.ledger), []);
    assert.deepEqual(
      state.threads.list().map(({ role }) => role),
      ['test'],
      'slots of the dead are free',
    );
    const places = [...lanes.toll].sort((a, b) => b[1] - a[1]).map(([place, n]) => `${place} ${n}`);
    console.log(
      `${held()} of ${lanes.deaths} dead held locks, ${Date.now() - began} ms: ${places.join(', ')}`,
    );
  });

  it(`are recovered from when they are terminated at any moment, seed ${SEED}`, async () => {
    const state = await createFarm();
    installRepair(state, Date.now);
    const lanes = new Lanes(state);
    for (let round = 0; round < 3; round++) {
      const delays = Array.from({ length: LANES }, () => lanes.pick(60));
      await Promise.all(
        delays.map((ms, lane) => lanes.live(lane, (worker) => setTimeout(() => void worker.terminate(), ms))),
      );
      assert.deepEqual(checkFarm(state), []);
      assert.deepEqual(lost(state, lanes.ledger), []);
    }
  });

  it('are recovered from when their heap is exhausted', async () => {
    const state = await createFarm();
    installRepair(state, Date.now);
    const lanes = new Lanes(state);
    await lanes.live(0, () => {}, { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 });
    assert.equal(lanes.deaths, 1);
    assert.deepEqual(checkFarm(state), []);
  });
});
