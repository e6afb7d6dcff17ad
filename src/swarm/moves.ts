/**
 * What a simulated worker makes of each answer: the rules that `worker.ts` lists, without a clock or a socket of their
 * own.
 */

import { type HeldTask, type Ledger, readAssignment, type TaskEnd } from './ledger.js';
import type { SwarmOptions } from './options.js';
import { saysCounted, taskRefusal, updateOutcome } from './reply-kinds.js';
import type { Tally } from './request-tally.js';
import type { Random } from './seeded-random.js';
import { batchGames, gamesIn, type PairOdds, pairOdds, playPairs } from './simulated-games.js';
import { FIRST_BACK_OFF, LONGEST_BACK_OFF, Step, type Worker } from './simulated-worker.js';
import { type NamedValue, roundValues } from './spsa-landscape.js';
import { requestKind, type StepRequest, stepRequest } from './step-request.js';
import type { Reply } from './swarm-http.js';

const REFERENCE_NPS = 628_000;
const BEAT_AFTER = 120;
const RETRY_AFTER = 15;
const UPDATE_ATTEMPTS = 5;
const ABSENCE = 600;
/** Seconds until a worker has built its engines: the first time with compiling and benchmark. */
const FIRST_BUILD = 60;
const NEXT_BUILD = 5;
const TIME_LOSS_RATE = 0.001;
const RESTART_RATE = 0.5;

export class Moves {
  readonly #options: SwarmOptions;
  readonly #random: Random;
  readonly #ledger: Ledger;
  readonly #tally: Tally;
  readonly #odds = new Map<number, PairOdds>();

  constructor(options: SwarmOptions, random: Random, ledger: Ledger, tally: Tally) {
    this.#options = options;
    this.#random = random;
    this.#ledger = ledger;
    this.#tally = tally;
  }

  /** The request of a worker's step. Not for a worker that is gone. */
  call(worker: Worker): StepRequest {
    return stepRequest(worker, this.#random);
  }

  /**
   * @param repeated the request was sent twice
   * @param now milliseconds; all instants are of the same clock
   * @returns when the worker acts next, by its new step; Infinity when it never does
   */
  react(worker: Worker, reply: Reply, repeated: boolean, now: number): number {
    const kind = requestKind(worker.step);
    if (reply.kind !== 'object') this.#tally.fault(reply.kind, kind, reply.problem);
    const body = reply.kind === 'object' ? reply.body : undefined;
    const error = body?.['error'];
    switch (worker.step) {
      case Step.Version:
        if (body === undefined) return this.#backOff(worker, now);
        if (typeof body['version'] === 'number') return next(worker, Step.Task, now);
        this.#tally.fault(error === undefined ? 'violation' : 'refused', kind, String(error ?? 'no version'));
        worker.step = Step.Gone;
        return Number.POSITIVE_INFINITY;
      case Step.Task:
        return body === undefined ? this.#backOff(worker, now) : this.#onTask(worker, body, now);
      case Step.Update:
        return this.#onUpdate(worker, body, repeated, now);
      case Step.Spsa:
        return this.#onSpsa(worker, body, now);
      case Step.Beat:
        worker.lastSign = now;
        if (error !== undefined) this.#tally.fault('refused', kind, String(error));
        if (error === undefined && body?.['task_alive'] !== false) return this.#wait(worker);
        return this.#end(worker, 'dropped', now);
      case Step.Log:
        return this.#nextBatch(worker, now);
      case Step.Failed:
        if (error !== undefined) this.#tally.fault('refused', kind, String(error));
        return this.#end(worker, 'failed', now);
      case Step.Stop:
        // Most accounts may not stop a run, and others may have stopped it before: both are answers, not faults.
        if (error !== undefined) this.#tally.refusal('stop_run not authorised or too late');
        return this.#end(worker, 'failed', now);
      default:
        if (error !== undefined) this.#tally.fault('refused', kind, String(error));
        worker.task = undefined;
        return next(worker, Step.Version, now);
    }
  }

  /** The swarm's end: gives up the task in hand. */
  leave(worker: Worker): void {
    if (worker.task !== undefined && worker.step !== Step.Pgn) this.#ledger.end(worker.task, 'unfinished');
    worker.task = undefined;
    worker.step = Step.Gone;
  }

  #onTask(worker: Worker, body: Readonly<Record<string, unknown>>, now: number): number {
    const given = readAssignment(body);
    if (given === undefined) {
      const refusal = taskRefusal(body);
      if (refusal === undefined) this.#tally.fault('refused', 'request_task', String(body['error']));
      else this.#tally.refusal(refusal);
      return this.#backOff(worker, now);
    }
    if (typeof given === 'string') {
      this.#tally.fault('violation', 'request_task', given);
      return this.#backOff(worker, now);
    }
    const { task, violation } = this.#ledger.assign(given);
    if (violation !== undefined) this.#tally.fault('violation', 'request_task', violation);
    const build = worker.benched ? NEXT_BUILD : FIRST_BUILD;
    worker.benched = true;
    worker.backOff = FIRST_BACK_OFF;
    worker.task = task;
    worker.spsa = undefined;
    worker.lastSign = now;
    const fails = this.#random.chance(this.#options.failureRate);
    // Between two batches: a task of a single one does not fail.
    const most = Math.max(0, task.games - batchGames(task.run.args, worker.identity.concurrency));
    worker.failAfter = fails ? this.#random.unit() * most : Number.POSITIVE_INFINITY;
    if (task.run.landscape !== undefined) return next(worker, Step.Spsa, this.#after(build, now));
    return this.#play(worker, this.#elo(task), this.#after(build, now));
  }

  #onSpsa(worker: Worker, body: Readonly<Record<string, unknown>> | undefined, now: number): number {
    if (body === undefined) return next(worker, Step.Failed, now);
    if (body['error'] !== undefined) {
      this.#tally.fault('refused', 'request_spsa', String(body['error']));
      return next(worker, Step.Failed, now);
    }
    if (body['task_alive'] === false) return this.#end(worker, 'dropped', now);
    const { w_params: first, b_params: second, sig } = body;
    if (!isNamedValues(first) || !isNamedValues(second) || typeof sig !== 'number') {
      this.#tally.fault('violation', 'request_spsa', 'w_params, b_params or sig is missing');
      return next(worker, Step.Failed, now);
    }
    worker.sig = sig;
    const random = this.#random;
    const { landscape } = worker.task!.run;
    return this.#play(
      worker,
      landscape!.difference(roundValues(random, first), roundValues(random, second)),
      now,
    );
  }

  #onUpdate(
    worker: Worker,
    body: Readonly<Record<string, unknown>> | undefined,
    repeated: boolean,
    now: number,
  ): number {
    const task = worker.task!;
    const outcome = updateOutcome(body);
    if (repeated || outcome === 'unusable') task.isUncertain = true;
    if (outcome === 'alive' || outcome === 'over') this.#ledger.acknowledge(task);
    else if (outcome === 'inactive' && !task.isUncertain) task.batch = undefined;
    switch (outcome) {
      case 'unusable':
        worker.attempts += 1;
        if (worker.attempts < UPDATE_ATTEMPTS)
          return next(worker, Step.Update, this.#after(RETRY_AFTER, now));
        return next(worker, Step.Failed, now);
      case 'refused':
      case 'malformed':
        if (task.isUncertain && saysCounted(body!, gamesIn(task.reported))) {
          this.#ledger.acknowledge(task);
          this.#tally.refusal('update that was counted, its reply lost');
          return next(worker, Step.Failed, now);
        }
        this.#tally.fault(
          outcome === 'refused' ? 'refused' : 'violation',
          'update_task',
          String(body?.['error'] ?? 'task_alive is missing'),
        );
        return next(worker, Step.Failed, now);
      case 'inactive':
        this.#tally.refusal('update of an inactive task');
        return this.#end(worker, 'dropped', now);
      case 'over':
        return this.#end(worker, 'finished', now);
      default:
        worker.lastSign = now;
        if (gamesIn(task.acknowledged) >= task.games) {
          this.#tally.fault('violation', 'update_task', 'a task with all its games is still alive');
          return this.#end(worker, 'finished', now);
        }
        if (this.#random.chance(this.#options.logRate)) return next(worker, Step.Log, now);
        return this.#nextBatch(worker, now);
    }
  }

  #nextBatch(worker: Worker, now: number): number {
    const task = worker.task!;
    if (gamesIn(task.acknowledged) >= worker.failAfter) {
      if (this.#random.chance(this.#options.stopRate)) return next(worker, Step.Stop, now);
      if (this.#random.chance(0.5)) return next(worker, Step.Failed, now);
      return this.#vanish(worker, now);
    }
    if (task.run.landscape !== undefined) return next(worker, Step.Spsa, now);
    return this.#play(worker, this.#elo(task), now);
  }

  /** Draws a batch and begins to play it at `from`. */
  #play(worker: Worker, elo: number, from: number): number {
    const task = worker.task!;
    const { args } = task.run;
    const { concurrency, nps } = worker.identity;
    const games = Math.min(batchGames(args, concurrency), task.games - gamesIn(task.acknowledged));
    task.batch = playPairs(this.#random, this.#oddsOf(elo), games, TIME_LOSS_RATE);
    if (task.run.landscape !== undefined) {
      const { wins, losses, draws } = task.batch;
      worker.spsa = { wins, losses, draws, num_games: games, sig: worker.sig };
    }
    const rounds = games / Math.floor(concurrency / args.threads);
    const jitter = this.#random.between(0.9, 1.1);
    const seconds = (rounds * task.run.gameSeconds * (REFERENCE_NPS / nps) * jitter) / this.#options.pace;
    worker.batchEnds = this.#after(seconds, from);
    worker.attempts = 0;
    return this.#wait(worker);
  }

  /** Until the batch ends, or the next beat is due. */
  #wait(worker: Worker): number {
    const beat = this.#after(BEAT_AFTER, worker.lastSign);
    if (beat < worker.batchEnds) return next(worker, Step.Beat, beat);
    return next(worker, Step.Update, worker.batchEnds);
  }

  #vanish(worker: Worker, now: number): number {
    this.#ledger.end(worker.task!, 'vanished');
    worker.task = undefined;
    if (this.#random.chance(RESTART_RATE)) {
      worker.generation += 1;
      worker.benched = false;
      worker.identity.restart(this.#random, worker.generation, this.#options.workers);
    }
    return next(worker, Step.Version, this.#after(ABSENCE, now));
  }

  /** The task leaves the worker's hands; some upload its games before they go on. */
  #end(worker: Worker, how: TaskEnd, now: number): number {
    const task = worker.task!;
    this.#ledger.end(task, how);
    if (task.run.landscape === undefined && this.#random.chance(this.#options.pgnRate)) {
      return next(worker, Step.Pgn, now);
    }
    worker.task = undefined;
    if (how === 'failed') return this.#backOff(worker, now);
    return next(worker, Step.Version, now);
  }

  #backOff(worker: Worker, now: number): number {
    const wait = worker.backOff;
    worker.backOff = Math.min(LONGEST_BACK_OFF, 2 * wait);
    return next(worker, Step.Version, this.#after(wait, now));
  }

  #elo({ run }: HeldTask): number {
    return this.#options.eloOf.get(run.id) ?? this.#options.elo;
  }

  #oddsOf(elo: number): PairOdds {
    let odds = this.#odds.get(elo);
    if (odds === undefined) {
      odds = pairOdds(elo, this.#options.drawRatio);
      // A tune's Elo differs from batch to batch.
      if (this.#odds.size < 1000) this.#odds.set(elo, odds);
    }
    return odds;
  }

  /** The instant that lies so many simulated seconds after another. */
  #after(seconds: number, instant: number): number {
    return instant + (seconds * 1000) / this.#options.timeScale;
  }
}

function next(worker: Worker, step: Step, at: number): number {
  worker.step = step;
  return at;
}

function isNamedValues(value: unknown): value is NamedValue[] {
  return (
    Array.isArray(value) &&
    value.every(
      (entry: NamedValue | null) => typeof entry?.name === 'string' && typeof entry.value === 'number',
    )
  );
}
