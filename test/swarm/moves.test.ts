/** A simulated worker's life, reply by reply, and the books that are kept of it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as texts from '../../src/protocol/texts.js';
import { Identity } from '../../src/swarm/identity.js';
import { Ledger } from '../../src/swarm/ledger.js';
import { Moves } from '../../src/swarm/moves.js';
import { swarmOptions } from '../../src/swarm/options.js';
import { Tally } from '../../src/swarm/request-tally.js';
import { Random } from '../../src/swarm/seeded-random.js';
import { addResults, gamesIn, noResults } from '../../src/swarm/simulated-games.js';
import { Step, Worker } from '../../src/swarm/simulated-worker.js';
import type { Reply } from '../../src/swarm/swarm-http.js';
import { compare } from '../../src/swarm/verify.js';

const USERS = [{ username: 'joe', password: 'secret' }];
const RUN = 'ab'.repeat(12);
const BROKEN: Reply = { kind: 'broken', problem: 'ECONNRESET' };

function object(body: object): Reply {
  return { kind: 'object', status: 200, body: { ...body, duration: 0.1 } };
}

function assigned(taskId: number, start: number, more: object = {}): Reply {
  const args = { tc: '10+0.1', threads: 1, sprt: { batch_size: 16 }, ...more };
  return object({ run: { _id: RUN, args, my_task: { num_games: 64, start } }, task_id: taskId });
}

/** A worker with a clock of its own: each reply is given at the instant at which it acts. */
class Life {
  readonly ledger = new Ledger(true);
  readonly tally = new Tally();
  readonly worker: Worker;
  readonly #moves: Moves;
  now = 0;
  /** Seconds until it acts next. */
  wait = 0;

  constructor(options: object = {}) {
    const complete = swarmOptions({
      url: 'http://127.0.0.1:1',
      users: USERS,
      timeScale: 1,
      failureRate: 0,
      pgnRate: 0,
      logRate: 0,
      ...options,
    });
    const random = new Random(3);
    this.worker = new Worker(new Identity(random, USERS, 0));
    this.#moves = new Moves(complete, random, this.ledger, this.tally);
  }

  /** Asks what it sends, and answers that. */
  answer(reply: Reply, repeated = false): Record<string, unknown> {
    const { kind, body } = this.#moves.call(this.worker);
    const at = this.#moves.react(this.worker, reply, repeated, this.now);
    this.wait = (at - this.now) / 1000;
    this.now = at;
    return { kind, ...(JSON.parse(body) as object) };
  }

  /** Up to the end of its batch, with beats as they are due. */
  toUpdate(): void {
    while (this.worker.step === Step.Beat) this.answer(object({ task_alive: true }));
    assert.equal(this.worker.step, Step.Update);
  }

  begin(reply = assigned(0, 0)): void {
    this.answer(object({ version: 325 }));
    this.answer(reply);
  }
}

describe('a simulated worker', () => {
  it('plays a task to its end, and asks for the version before the next one', () => {
    const life = new Life();
    life.begin();
    for (const games of [32, 64]) {
      life.toUpdate();
      const sent = life.answer(object({ task_alive: games < 64 }));
      assert.equal(sent['kind'], 'update_task');
      assert.equal(gamesIn(sent['stats'] as ReturnType<typeof noResults>), games);
    }
    assert.equal(life.worker.step, Step.Version);
    assert.equal(life.ledger.ends.finished, 1);
    assert.equal(gamesIn(life.ledger.runs.get(RUN)!.acknowledged), 64);
    assert.deepEqual(life.tally.faults, []);
  });

  it('backs off from 15 s to 900 s until it has a task', () => {
    const life = new Life();
    const waits = [];
    for (let i = 0; i < 8; i++) {
      life.answer(object({ version: 325 }));
      life.answer(object({ task_waiting: false }));
      waits.push(Math.round(life.wait));
    }
    assert.deepEqual(waits, [15, 30, 60, 120, 240, 480, 900, 900]);
    life.begin();
    assert.equal(life.worker.backOff, 15);
    assert.equal(life.tally.refusals.get('no task'), 8);
  });

  it('is gone when its version request is refused', () => {
    const life = new Life();
    life.answer({ kind: 'object', status: 401, body: { error: 'Invalid password', duration: 0 } });
    assert.equal(life.worker.step, Step.Gone);
    assert.equal(life.tally.faults[0]!.kind, 'refused');
  });

  it('sends an update five times when nothing answers, then fails its task, whose games stay uncertain', () => {
    const life = new Life();
    life.begin();
    life.toUpdate();
    for (let i = 1; i <= 5; i++) assert.equal(life.answer(BROKEN)['kind'], 'update_task');
    assert.equal(life.answer(object({}))['kind'], 'failed_task');
    const run = life.ledger.runs.get(RUN)!;
    assert.deepEqual([gamesIn(run.acknowledged), gamesIn(run.uncertain)], [0, 32]);
    assert.equal(gamesIn(life.ledger.tasks![0]!.uncertain!), 32);
  });

  it('counts an update once that was answered at the second try', () => {
    const life = new Life();
    life.begin();
    life.toUpdate();
    life.answer(BROKEN);
    life.answer(object({ task_alive: true }));
    life.toUpdate();
    life.answer(object({ task_alive: false, info: 'not active' }));
    const run = life.ledger.runs.get(RUN)!;
    assert.deepEqual([gamesIn(run.acknowledged), gamesIn(run.uncertain)], [32, 0]);
    assert.equal(life.ledger.ends.dropped, 1);
  });

  it('does not know of an update that was sent twice and then met an inactive task', () => {
    const life = new Life();
    life.begin();
    life.toUpdate();
    life.answer(object({ task_alive: false, info: 'not active' }), true);
    const run = life.ledger.runs.get(RUN)!;
    assert.deepEqual([gamesIn(run.acknowledged), gamesIn(run.uncertain)], [0, 32]);
  });

  it('drops its task when a beat says that it is over', () => {
    const life = new Life({ pace: 0.01 });
    life.begin();
    assert.equal(life.worker.step, Step.Beat);
    assert.equal(Math.round(life.wait), 120);
    life.answer(BROKEN);
    assert.equal(life.worker.step, Step.Beat);
    assert.equal(life.answer(object({ task_alive: false }))['kind'], 'beat');
    assert.equal(life.worker.step, Step.Version);
    assert.equal(life.ledger.ends.dropped, 1);
  });

  it('asks for parameters before each batch of a tune, and repeats their signature', () => {
    const life = new Life();
    const params = [{ name: 'a', min: 0, max: 100 }];
    life.begin(assigned(0, 0, { sprt: undefined, spsa: { params } }));
    const values = [{ name: 'a', value: 50 }];
    life.answer(object({ task_alive: true, w_params: values, b_params: values, sig: 77 }));
    life.toUpdate();
    const { spsa } = life.answer(object({ task_alive: true })) as {
      spsa: { sig: number; num_games: number };
    };
    assert.equal(spsa.sig, 77);
    assert.equal(spsa.num_games % 2, 0);
    assert.ok(life.worker.step === Step.Spsa);
  });

  it('takes the report of a tune for counted when its repetition is refused for bringing no game', () => {
    const params = [{ name: 'a', min: 0, max: 100 }];
    const values = [{ name: 'a', value: 50 }];
    const update = (life: Life, replies: Reply[]) => {
      life.begin(assigned(0, 0, { sprt: undefined, spsa: { params } }));
      life.answer(object({ task_alive: true, w_params: values, b_params: values, sig: 77 }));
      life.toUpdate();
      for (const reply of replies) life.answer(reply);
      return gamesIn(life.ledger.runs.get(RUN)!.acknowledged);
    };
    const games = update(new Life(), [object({ task_alive: true })]);
    const refusal = (total: number) =>
      object({ error: texts.incompatibleStats(RUN, 0, total, total, total), task_alive: false });
    const lost = new Life();
    assert.equal(update(lost, [BROKEN, refusal(games)]), games);
    const refused = (life: Life) => life.tally.faults.filter(({ kind }) => kind === 'refused').length;
    assert.equal(refused(lost), 0);
    assert.equal(lost.worker.step, Step.Failed);
    for (const replies of [[refusal(games)], [BROKEN, refusal(games + 2)]]) {
      const wronged = new Life();
      assert.equal(update(wronged, replies), 0);
      assert.equal(refused(wronged), 1);
    }
  });

  it('fails when it was meant to, and uploads what it has', () => {
    const life = new Life({ failureRate: 1, stopRate: 1, pgnRate: 1 });
    life.begin();
    const kinds = [];
    for (let i = 0; i < 20 && life.worker.step !== Step.Version; i++) {
      kinds.push(life.answer(object({ task_alive: true }))['kind']);
    }
    assert.deepEqual(kinds.slice(-2), ['stop_run', 'upload_pgn']);
    assert.equal(life.ledger.ends.failed, 1);
  });
});

describe('the ledger', () => {
  it('sees a task and openings that are handed out twice', () => {
    const life = new Life();
    life.begin(assigned(0, 0));
    const twice = life.ledger.assign({
      runId: RUN,
      args: life.ledger.runs.get(RUN)!.args,
      taskId: 0,
      start: 64,
      games: 64,
    });
    assert.match(twice.violation!, /was handed out twice/);
    const overlapping = life.ledger.assign({
      runId: RUN,
      args: life.ledger.runs.get(RUN)!.args,
      taskId: 1,
      start: 32,
      games: 64,
    });
    assert.match(overlapping.violation!, /openings \[32,96\) were handed out before/);
  });
});

describe('the comparison with the server', () => {
  const batch = { wins: 2, losses: 1, draws: 1, crashes: 0, time_losses: 0, pentanomial: [0, 0, 1, 1, 0] };
  const full = batch as ReturnType<typeof noResults>;
  const books = (uncertain = noResults()) => ({ id: RUN, acknowledged: full, uncertain });
  const server = (results: typeof full, bad = 0) => {
    return { results, state: 'active' as const, tasks: { total: 1, active: 0, bad } };
  };
  const doubled = noResults();
  addResults(doubled, full);
  addResults(doubled, full);

  it('takes away what was there before', () => {
    assert.deepEqual(compare(books(), server(full), noResults()).differences, []);
    assert.deepEqual(compare(books(), server(doubled), full).differences, []);
  });

  it('names every count that differs', () => {
    const { differences } = compare(books(), server(doubled), noResults());
    assert.equal(differences.length, 5);
    assert.match(differences[0]!, /^wins: the server has 4, the swarm 2$/);
    assert.equal(compare(books(), server(noResults()), noResults()).differences.length, 5);
  });

  it('leaves room for what was never answered, and for purges', () => {
    assert.deepEqual(compare(books(full), server(doubled), noResults()).differences, []);
    const purged = compare(books(), server(noResults(), 1), noResults());
    assert.deepEqual(purged.differences, []);
    assert.match(purged.excuse!, /1 tasks were purged/);
  });
});
