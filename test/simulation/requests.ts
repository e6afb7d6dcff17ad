/**
 * The simulated workers' side: who asks what, what Shoal and the model answer, and when a reply leaves. A reply that
 * promises durability is delivered when the commit sequence says that it may leave, and must then be in the store.
 */

import type { RunArgs } from '../../src/model/documents.js';
import { shortWorkerName } from '../../src/model/names.js';
import type { Reply, WorkerCall } from '../../src/operations/context.js';
import type { OperationName } from '../../src/operations/worker/worker-routes.js';
import type { WorkerRequest } from '../../src/protocol/request.js';
import type { Random } from '../../src/swarm/seeded-random.js';
import { checkMentioned, Disagreement, expectEqual } from './check.js';
import type { Farm } from './farm.js';
import type { Model } from './model.js';
import { answer, type ModelReply } from './model-calls.js';
import { distort, makeUpdate, makeWorker, newKey, requestOf, type SimWorker } from './workers.js';

const ADDRESS_OF_HOST = 'http://localhost';
/** One request in so many has its run looked at at once; the whole farm is compared now and then. */
const LOOK_EVERY = 4;

interface Undelivered {
  sequence: number;
  /** The model's last change that the reply speaks of. */
  position: number;
  deliver: () => void;
}

export class Requests {
  readonly workers: SimWorker[];
  readonly #farm: Farm;
  readonly #model: Model;
  #now = 0;
  #sent = 0;
  #undelivered: Undelivered[] = [];
  /** What was handed out and acknowledged: of each run, the game after the last one. */
  readonly #handedOut = new Map<string, number>();

  constructor(farm: Farm, model: Model, workers: number) {
    this.#farm = farm;
    this.#model = model;
    this.workers = Array.from({ length: workers }, (_, index) => makeWorker(index));
  }

  /** Lets the replies leave that may. `committed`: where in the model's changes the store is. */
  deliverDurable(committed: number): void {
    const { commits } = this.#farm.state;
    const leaving = this.#undelivered.filter(({ sequence }) => commits.isDurable(sequence));
    this.#undelivered = this.#undelivered.filter(({ sequence }) => !commits.isDurable(sequence));
    for (const { position, deliver } of leaving) {
      if (position > committed) throw new Disagreement('a reply left before the store had its promise');
      deliver();
    }
  }

  /** The server died: whoever waits for a reply hears nothing, and tries again. */
  loseReplies(): void {
    this.#undelivered = [];
    for (const worker of this.workers) worker.waits = false;
  }

  /** A worker asks something. */
  async step(kind: string, who: number, now: number, random: Random): Promise<void> {
    this.#now = now;
    const worker = this.#chooseWorker(kind, who);
    if (worker === undefined || (worker.waits && random.chance(0.9))) return;
    const { task } = worker;
    const request = requestOf(worker, kind === 'requestTask' && random.chance(0.95) ? undefined : task);
    if (kind === 'requestTask') return await this.#send(worker, 'request_task', request, random);
    if (task === undefined) {
      if (kind === 'workerLog')
        await this.#send(worker, 'worker_log', { ...request, message: 'hello' }, random);
      return;
    }
    if (kind === 'update') {
      return await this.#send(worker, 'update_task', makeUpdate(worker, task, random), random);
    }
    distort(request, random);
    if (kind === 'beat') return await this.#send(worker, 'beat', request, random);
    if (kind === 'requestSpsa') {
      if (task.isSpsa || random.chance(0.02)) await this.#send(worker, 'request_spsa', request, random);
      return;
    }
    request.message = random.chance(0.1) ? 'é'.repeat(6000) : 'engine crashed';
    if (kind === 'failTask') await this.#send(worker, 'failed_task', request, random);
    else await this.#send(worker, kind === 'stopRun' ? 'stop_run' : 'worker_log', request, random);
  }

  /** Requests of tasks come mostly from workers without one, the others from workers with one. */
  #chooseWorker(kind: string, who: number): SimWorker | undefined {
    const { workers } = this;
    for (let tries = 0; tries < 8; tries++) {
      const worker = workers[(who + tries * 7919) % workers.length]!;
      if ((worker.task === undefined) === (kind === 'requestTask')) return worker;
    }
    return workers[who % workers.length];
  }

  async #send(worker: SimWorker, name: OperationName, request: WorkerRequest, random: Random): Promise<void> {
    const call: WorkerCall = {
      path: `/api/${name}`,
      request,
      remoteAddr: worker.address,
      countryCode: 'NO',
      hostUrl: ADDRESS_OF_HOST,
      now: this.#now,
    };
    const bits = random.uint32();
    const draw = (count: number) => Array.from({ length: count }, (_, i) => ((bits >> i) & 1 ? 1 : -1));
    const outcome = this.#farm.answer(name, call, draw);
    const reply = outcome instanceof Promise ? await outcome : outcome;
    const should = answer(this.#model, name, call, draw);
    const body = parseReply(reply.json);
    expectEqual(`${name} of ${shortWorkerName(worker.info)}`, { status: reply.status, body }, should);
    if (++this.#sent % LOOK_EVERY === 0) checkMentioned(this.#farm, this.#model, request.run_id);
    worker.attempt++;
    worker.waits = true;
    const { attempt } = worker;
    this.#deliver(reply, () => this.#hear(worker, attempt, name, request, should));
  }

  #deliver(reply: Reply, deliver: () => void): void {
    if (reply.sequence === undefined) deliver();
    else this.#undelivered.push({ sequence: reply.sequence, position: this.#model.undo.position, deliver });
  }

  /** What a worker makes of a reply. */
  #hear(
    worker: SimWorker,
    attempt: number,
    name: OperationName,
    request: WorkerRequest,
    { status, body }: ModelReply,
  ): void {
    if (name === 'request_task' && body['run'] !== undefined) this.#noteHandedOut(body);
    if (worker.attempt !== attempt) return;
    worker.waits = false;
    if (name === 'request_task') {
      const run = body['run'] as { _id: string; my_task: { num_games: number } } | undefined;
      if (run === undefined) return;
      const { args } = this.#model.runs.get(run._id)!;
      worker.task = {
        runId: run._id,
        taskId: body['task_id'] as number,
        size: run.my_task.num_games,
        unit: args.sprt === undefined ? 2 : 2 * args.sprt.batch_size!,
        isSpsa: args.spsa !== undefined,
        sig: 0,
        stats: { wins: 0, losses: 0, draws: 0, crashes: 0, time_losses: 0, pentanomial: [0, 0, 0, 0, 0] },
      };
    } else if (
      name === 'failed_task' ||
      name === 'stop_run' ||
      body['task_alive'] === false ||
      status === 400
    ) {
      worker.task = undefined;
    } else if (worker.task !== undefined && name === 'update_task' && request.stats !== undefined) {
      worker.task.stats = request.stats;
    } else if (worker.task !== undefined && name === 'request_spsa' && status === 200) {
      worker.task.sig = body['sig'] as number;
    }
  }

  /** No batch of games is handed out twice: openings of a run only go up, whatever crashed in between. */
  #noteHandedOut(body: Record<string, unknown>): void {
    const run = body['run'] as { _id: string; my_task: { num_games: number; start: number } };
    const { start, num_games: games } = run.my_task;
    const free = this.#handedOut.get(run._id) ?? 0;
    if (start < free) throw new Disagreement(`run ${run._id}: games from ${start} were handed out before`);
    this.#handedOut.set(run._id, start + games);
  }

  restartWorker(index: number, random: Random): void {
    const worker = this.workers[index]!;
    worker.info = { ...worker.info, unique_key: newKey(index, random) };
    if (random.chance(0.3)) worker.address = `10.0.9.${Math.floor(random.unit() * 5)}`;
    worker.task = undefined;
    worker.waits = false;
    worker.attempt++;
  }
}

/** The history of a tune may be left out of what a worker gets (docs/spec/worker-api.md §4.2), empty or not. */
function parseReply(json: string): Record<string, unknown> {
  const body = JSON.parse(json) as { run?: { args: RunArgs } };
  delete body.run?.args.spsa?.param_history;
  return body as Record<string, unknown>;
}
