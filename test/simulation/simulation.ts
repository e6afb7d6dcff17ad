/**
 * Plays a script on a farm and on its model, and compares every reply. A crash takes back in the model what the store
 * did not have, and the farm starts again from the store.
 */

import * as upkeep from '../../src/jobs/upkeep.js';
import { shortWorkerName } from '../../src/model/names.js';
import { evictRuns } from '../../src/operations/run/evict-runs.js';
import { Random } from '../../src/swarm/seeded-random.js';
import { checkFarm, checkMentioned, checkStore, expectEqual } from './check.js';
import { Farm } from './farm.js';
import { MemoryStore } from './memory-store.js';
import { actionText, Model, type ModelRun, runFields } from './model.js';
import * as jobs from './model-jobs.js';
import { Requests } from './requests.js';
import { makeRun } from './run-forms.js';
import type { Scene, Step } from './steps.js';
import { type SimWorker, USERS } from './workers.js';

const START = 1_767_259_800_000;
const MINUTE = 60_000;

export class Simulation {
  readonly farm: Farm;
  readonly model: Model;
  readonly workers: readonly SimWorker[];
  readonly requests: Requests;
  now = START;
  #latest = START;
  #runs = 0;
  /** Where the model stood when the batch on its way was collected. */
  #collected = 0;
  #sinceCheck = 0;

  private constructor(scene: Scene) {
    this.farm = new Farm(new MemoryStore());
    for (const { username, machineLimit, cpuHours } of USERS) {
      const user = {
        username,
        password: '',
        registration_time: START,
        pending: false,
        blocked: false,
        email: '',
        groups: [],
        tests_repo: '',
        machine_limit: machineLimit,
      };
      this.farm.store.users.set(username, { user, cpuHours });
    }
    this.model = new Model(USERS);
    this.requests = new Requests(this.farm, this.model, scene.workers);
    this.workers = this.requests.workers;
  }

  static async open(scene: Scene): Promise<Simulation> {
    const simulation = new Simulation(scene);
    await simulation.farm.start(START);
    for (let run = 0; run < scene.runs; run++) {
      await simulation.#addRun(new Random(run));
      await simulation.#command([...simulation.model.runs.values()].at(-1)!, { kind: 'approve' });
    }
    return simulation;
  }

  /** Takes one step. Throws Disagreement, or whatever Shoal throws. */
  async play([kind, who, seed]: Step): Promise<void> {
    const random = new Random(seed);
    const { farm, model, now } = this;
    switch (kind) {
      case 'requestTask':
      case 'update':
      case 'beat':
      case 'requestSpsa':
      case 'failTask':
      case 'stopRun':
      case 'workerLog':
        await this.requests.step(kind, who, now, random);
        break;
      case 'restartWorker':
        this.requests.restartWorker(who % this.workers.length, random);
        break;
      case 'passTime':
        this.now += passTime(random);
        this.#latest = Math.max(this.#latest, this.now);
        break;
      case 'scavenge':
        upkeep.scavenge(farm.state, now);
        jobs.scavenge(model, now);
        break;
      case 'updateThroughput':
        upkeep.updateThroughput(farm.state);
        jobs.updateThroughput(model);
        break;
      case 'updateSpeeds':
        upkeep.updateSpeeds(farm.state);
        jobs.updateSpeeds(model);
        break;
      case 'cleanWorkerTasks':
        upkeep.cleanWorkerTasks(farm.state);
        jobs.cleanWorkerTasks(model);
        break;
      case 'cleanWorkerRuns':
        upkeep.cleanWorkerRuns(farm.state);
        jobs.cleanWorkerRuns(model);
        break;
      case 'evict':
        evictRuns(farm.state, now);
        break;
      case 'addRun':
        if (model.unfinished().length < 40) await this.#addRun(random);
        break;
      case 'approve':
      case 'stop':
      case 'purge':
      case 'delete':
      case 'modify':
        await this.#operatorStep(kind, who, random);
        break;
      case 'block':
        this.#block(this.workers[who % this.workers.length]!, random);
        break;
      case 'beginFlush':
        this.#beginFlush();
        break;
      case 'endFlush':
        await this.#endFlush();
        break;
      case 'refuseFlush':
        await farm.refuseFlush();
        break;
      case 'crash':
        await this.#crash(random.chance(0.5));
        break;
      case 'shutDown':
        await this.#flush();
        await this.#crash(false);
        break;
    }
    if (++this.#sinceCheck > 100 + 2 * this.#size()) this.check();
  }

  check(): void {
    this.#sinceCheck = 0;
    checkFarm(this.farm, this.model);
  }

  /** Finishes all runs, flushes and evicts: then nothing may be left in memory that was allocated for them. */
  async close(): Promise<void> {
    this.check();
    await this.#flush();
    checkStore(this.farm, this.model);
    for (const run of this.model.unfinished()) await this.#command(run, { kind: 'delete' });
    // The clock may have gone back: a run that ended before that stays until its time comes again.
    this.now = this.#latest + 60 * MINUTE;
    upkeep.cleanWorkerTasks(this.farm.state);
    jobs.cleanWorkerTasks(this.model);
    upkeep.cleanWorkerRuns(this.farm.state);
    jobs.cleanWorkerRuns(this.model);
    await this.#flush();
    await this.#flush();
    checkStore(this.farm, this.model);
    evictRuns(this.farm.state, this.now);
    const { state } = this.farm;
    expectEqual('runs left in memory', state.runs.slots().length, 0);
    expectEqual('addresses with tasks', [...state.connections.entries()], []);
    this.farm.crash(false);
  }

  #size(): number {
    let size = this.workers.length;
    for (const run of this.model.runs.values()) size += run.tasks.length;
    return size;
  }

  async #addRun(random: Random): Promise<void> {
    const run = makeRun(random, ++this.#runs, this.now);
    const { _id, args, start_time, last_updated } = run;
    await this.farm.addRun(run, this.now);
    const { approved, approver, finished, deleted, failed, failures, is_green, is_yellow } = run;
    const { workers, cores, committed_games, total_games, results, nps, games_per_minute } = run;
    const times = { start_time, last_updated };
    const flags = { approved, approver, finished, deleted, failed, failures, is_green, is_yellow };
    const counts = { workers, cores, committed_games, total_games, results, nps, games_per_minute };
    const model: ModelRun = { _id, args, ...times, ...flags, ...counts, tasks: [], badTasks: [] };
    this.model.undo.add(() => this.model.runs.delete(_id));
    this.model.runs.set(_id, model);
    const fields = { ...runFields(model), message: args.info };
    this.model.log(this.now, 'new_run', { username: args.username, ...fields });
  }

  async #operatorStep(
    kind: 'approve' | 'stop' | 'purge' | 'delete' | 'modify',
    who: number,
    random: Random,
  ): Promise<void> {
    const all = [...this.model.runs.values()].slice(-30);
    const waiting = kind === 'approve' ? all.filter((run) => !run.approved) : [];
    const runs = waiting.length > 0 ? waiting : all;
    if (runs.length === 0 || (kind === 'approve' && waiting.length === 0 && random.chance(0.9))) return;
    const run = runs[who % runs.length]!;
    if (kind !== 'modify') return await this.#command(run, { kind });
    const changes = {
      ...(random.chance(0.5) ? { priority: random.pick([-1, 0, 1, 2]) } : {}),
      ...(random.chance(0.3) ? { throughput: random.pick([50, 500]) } : {}),
      ...(random.chance(0.3) ? { num_games: random.pick([500, 1000, 4000, 100_000]) } : {}),
      ...(random.chance(0.3) ? { auto_purge: random.chance(0.5) } : {}),
    };
    await this.#command(run, { kind, changes });
  }

  async #command(run: ModelRun, verb: jobs.OperatorVerb): Promise<void> {
    const done = await this.farm.command(run._id, verb, this.now);
    const should = jobs.command(this.model, run, verb, this.now);
    expectEqual(`${verb.kind} of ${runFields(run).run}`, done, should);
    checkMentioned(this.farm, this.model, run._id);
  }

  #block(worker: SimWorker, random: Random): void {
    const name = shortWorkerName(worker.info);
    const blocked = !this.model.blocks.has(name) && random.chance(0.5);
    const before = this.model.blocks.get(name);
    this.model.undo.add(() => {
      if (before === undefined) this.model.blocks.delete(name);
      else this.model.blocks.set(name, before);
    });
    if (blocked) this.model.blocks.set(name, 'please update');
    else this.model.blocks.delete(name);
    this.farm.setBlock(name, 'please update', blocked, this.now);
  }

  #beginFlush(): void {
    if (this.farm.isFlushing) return;
    this.#collected = this.model.undo.position;
    this.farm.beginFlush();
  }

  async #endFlush(): Promise<void> {
    if (!this.farm.isFlushing) return;
    await this.farm.endFlush();
    this.#commitModel();
    this.requests.deliverDurable(this.#collected);
  }

  async #flush(): Promise<void> {
    await this.#endFlush();
    this.#beginFlush();
    await this.#endFlush();
  }

  /** The model's changes up to the collected one are in the store, and so are their entries of the audit log. */
  #commitModel(): void {
    const { model } = this;
    const count = model.actions.findIndex(({ position }) => position >= this.#collected);
    const should = model.actions.splice(0, count < 0 ? model.actions.length : count).map(({ text }) => text);
    const is = this.farm.store.actions.map(actionText);
    this.farm.store.actions = [];
    model.undo.forget(this.#collected);
    expectEqual('entries of the audit log', is.sort(), should.sort());
  }

  async #crash(arrives: boolean): Promise<void> {
    const arrived = arrives && this.farm.isFlushing;
    this.farm.crash(arrived);
    if (arrived) this.#commitModel();
    this.model.undo.rollBack(this.model.undo.forgotten);
    this.requests.loseReplies();
    await this.farm.start(this.now);
    jobs.restart(this.model, this.now);
    this.check();
  }
}

function passTime(random: Random): number {
  const kind = random.unit();
  if (kind < 0.6) return Math.floor(random.between(0, 20_000));
  if (kind < 0.9) return Math.floor(random.between(0, 3 * MINUTE));
  if (kind < 0.96) return Math.floor(random.between(0, 15 * MINUTE));
  if (kind < 0.98) return -Math.floor(random.between(0, 30 * MINUTE));
  return Math.floor(random.between(0, 3 * 1440 * MINUTE));
}
