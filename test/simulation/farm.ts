/**
 * A farm in virtual time, in one thread: Shoal's real state, operations, jobs, group commit and recovery over a store that can
 * fail and a process that can die at any moment between two instructions of the script.
 */
import * as upkeep from '../../src/jobs/upkeep.js';
import type { RunDocument } from '../../src/model/documents.js';
import { runName } from '../../src/model/names.js';
import { operatorNamed } from '../../src/operations/actor.js';
import { logAction, markRun, pushItem, withSystem } from '../../src/operations/changes.js';
import { type Context, isReply, type Reply, type WorkerCall } from '../../src/operations/context.js';
import { recover } from '../../src/operations/recovery/recover.js';
import { OperationRefused } from '../../src/operations/refusal.js';
import { approveRun } from '../../src/operations/run/approve-run.js';
import { deleteRun, purgeByHand, stopRun } from '../../src/operations/run/close-run.js';
import { loadRun } from '../../src/operations/run/load-run.js';
import { modifyRun } from '../../src/operations/run/modify-run.js';
import { reloadRun } from '../../src/operations/run/reload-run.js';
import { type DrawFlips, requestSpsaDrawn } from '../../src/operations/worker/request-spsa.js';
import type { OperationName } from '../../src/operations/worker/worker-routes.js';
import { runOperation } from '../../src/operations/worker/worker-routes.js';
import { answerFromStore } from '../../src/pool/finished-run.js';
import { Shared } from '../../src/runtime/shared.js';
import { RunFlag } from '../../src/state/run-record.js';
import type { State } from '../../src/state/state.js';
import type { Reader } from '../../src/store/port.js';
import { GroupCommitter } from '../../src/store/writer/group-commit.js';
import { HeldWriter, type MemoryStore } from './memory-store.js';
import type { OperatorVerb } from './model-jobs.js';

const SIZES = { runs: 128, tasks: 131_072, workers: 4096, users: 64, slabBytes: 64 * 1024 * 1024 };
const REGION_BYTES = 256 * 1024 * 1024;
const OPERATOR = operatorNamed('operator');

export class Farm {
  readonly store: MemoryStore;
  readonly #reader: Reader;
  state!: State;
  #writer!: HeldWriter;
  #committer!: GroupCommitter;
  /** The drain that has not ended. */
  #draining: Promise<void> | undefined;

  constructor(store: MemoryStore) {
    this.store = store;
    this.#reader = store.reader();
  }

  /** A new process over what the store has. */
  async start(now: number): Promise<void> {
    const shared = Shared.create(REGION_BYTES, { sizes: SIZES, taskSemaphoreSize: 5 });
    this.state = shared.state;
    this.state.threads.join('simulation');
    this.#writer = new HeldWriter(this.store);
    this.#committer = new GroupCommitter(this.state, this.#writer, {
      flushIntervalMs: 1000,
      pause: async () => {},
    });
    this.#draining = undefined;
    await recover(this.state, this.#reader, now);
    upkeep.updateThroughput(this.state);
    upkeep.updateSpeeds(this.state);
  }

  /** True while a batch is on its way to the store. */
  get isFlushing(): boolean {
    return this.#draining !== undefined;
  }

  /** Collects a batch; it is durable after `endFlush`. */
  beginFlush(): void {
    this.#draining ??= this.#committer.drain();
  }

  async endFlush(): Promise<void> {
    this.#writer.settle(true);
    await this.#draining;
    this.#draining = undefined;
  }

  /** The store refuses the waiting batch once; the writer then offers it again. */
  async refuseFlush(): Promise<void> {
    if (!this.#writer.isHeld) return;
    this.#writer.refuse();
    for (let turn = 0; turn < 10 && !this.#writer.isHeld; turn++) await Promise.resolve();
    if (!this.#writer.isHeld) throw new Error('the writer gave a refused batch up');
  }

  /** The process dies; the batch on its way may have arrived, unheard. */
  crash(arrived: boolean): void {
    if (arrived) this.#writer.settle(false);
    this.state.threads.leave();
  }

  /** As a front thread and then a pool thread answer a request that passed the schemas. */
  answer(name: OperationName, call: WorkerCall, draw: DrawFlips): Reply | Promise<Reply> {
    const first = runOperation(this.#context(false), name, call);
    if (isReply(first)) return first;
    const context = this.#context(true);
    const outcome =
      name === 'request_spsa'
        ? requestSpsaDrawn(context, call, draw)
        : runOperation(
            context,
            name,
            call,
            this.store.users.get(call.request.worker_info.username)?.cpuHours,
          );
    return isReply(outcome) ? outcome : answerFromStore(context, this.#reader, name, call);
  }

  async addRun(run: RunDocument, now: number): Promise<void> {
    const { tasks, bad_tasks: _bad, ...head } = run;
    const { slot } = await loadRun(this.state, head, tasks, 0, now);
    this.state.runs.set(slot, RunFlag.isNew, true);
    markRun(this.state, slot);
    logAction(this.state, slot, now, 'new_run', {
      username: head.args.username,
      run_id: head._id,
      run: runName(head.args.new_tag, head._id),
      message: head.args.info,
    });
    this.state.commits.next();
  }

  /** As the admin API does it: a finished run that left memory is brought back first. */
  async command(runId: string, verb: OperatorVerb, now: number): Promise<boolean> {
    try {
      await reloadRun(this.state, this.#reader, runId, now);
      if (verb.kind === 'approve') approveRun(this.state, OPERATOR, runId, now);
      else if (verb.kind === 'stop') stopRun(this.state, OPERATOR, runId, now);
      else if (verb.kind === 'purge') purgeByHand(this.state, OPERATOR, runId, now);
      else if (verb.kind === 'delete') deleteRun(this.state, OPERATOR, runId, now);
      else modifyRun(this.state, OPERATOR, runId, verb.changes, now);
      return true;
    } catch (error) {
      if (error instanceof OperationRefused) return false;
      throw error;
    }
  }

  setBlock(name: string, message: string, blocked: boolean, now: number): void {
    const { state } = this;
    state.requestTaskMutex.acquire();
    state.workers.setBlock(state.workers.record(name), blocked, message, now);
    state.requestTaskMutex.release();
    const worker = { worker_name: name, blocked, message, last_updated: now };
    withSystem(state, (slot) => pushItem(state, slot, { kind: 'worker', worker }));
    state.commits.next();
  }

  #context(mayBlock: boolean): Context {
    return { state: this.state, mayBlock };
  }
}
