/**
 * A server without sockets for the recorded scenarios: real state, real operations, a real store of either kind, and a clock
 * that the scenario turns.
 */
import { updateSpeeds, updateThroughput } from '../../src/jobs/upkeep.js';
import type {
  ActionDocument,
  BadTaskDocument,
  RunDocument,
  SpsaHistoryPoint,
  UserDocument,
  WorkerDocument,
} from '../../src/model/documents.js';
import { verifyPassword } from '../../src/operations/account/password.js';
import { type Context, isReply, type Reply, refuse, type WorkerCall } from '../../src/operations/context.js';
import { recover } from '../../src/operations/recovery/recover.js';
import { loadRun } from '../../src/operations/run/load-run.js';
import { type DrawFlips, requestSpsaDrawn } from '../../src/operations/worker/request-spsa.js';
import type { OperationName } from '../../src/operations/worker/worker-routes.js';
import { runOperation } from '../../src/operations/worker/worker-routes.js';
import { answerFromStore } from '../../src/pool/finished-run.js';
import { VERSION_BODY } from '../../src/protocol/replies.js';
import { checkAccess, checkRequest, normaliseRequest, parseBody } from '../../src/protocol/request.js';
import * as texts from '../../src/protocol/texts.js';
import { Shared } from '../../src/runtime/shared.js';
import { emptyBatch } from '../../src/state/collect-batch.js';
import { RunFlag } from '../../src/state/run-record.js';
import type { State } from '../../src/state/state.js';
import type { Reader, RunWrite, Writer } from '../../src/store/port.js';
import { GroupCommitter } from '../../src/store/writer/group-commit.js';
import { sqlitePlace } from '../store/sqlite-place.js';
import type { StorePlace } from '../store/store-place.js';

/** Memory is taken when it is touched: a small scenario costs nothing of it. */
const SIZES = { runs: 2048, tasks: 131_072, workers: 8192, users: 1024, slabBytes: 128 * 1024 * 1024 };
const REGION_BYTES = 512 * 1024 * 1024;

export interface FarmSeed {
  users: { user: UserDocument; cpuHours: number | undefined }[];
  workers: WorkerDocument[];
  runs: RunDocument[];
  keyValues: { key: string; value: unknown }[];
}

export interface StoredLists {
  readonly badTasks: readonly BadTaskDocument[];
  readonly history: readonly SpsaHistoryPoint[][];
}

/** A request as a worker sends it. */
export interface FarmRequest {
  op: string;
  body: string;
  remoteAddr: string;
  country: string | null;
  draw: DrawFlips | undefined;
}

export class Farm {
  /** Milliseconds since the epoch. */
  now: number;
  state!: State;
  /** Audit-log entries since they were last taken. */
  actions: ActionDocument[] = [];
  readonly #place: StorePlace;
  #committer!: GroupCommitter;
  #writer!: Writer;
  reader!: Reader;
  /** What was read back of runs that no batch has changed since. */
  readonly #lists = new Map<string, StoredLists>();

  private constructor(place: StorePlace, now: number) {
    this.#place = place;
    this.now = now;
  }

  /** @param empty an empty store, which the farm removes in the end; an embedded one unless given */
  static async open(seed: FarmSeed, now: number, empty?: StorePlace): Promise<Farm> {
    const place = empty ?? (await sqlitePlace());
    const farm = new Farm(place, now);
    const writer = await place.store.openWriter();
    await writer.commit({
      ...emptyBatch(),
      users: seed.users.map(({ user }) => user),
      contributors: seed.users.flatMap(({ user, cpuHours }) =>
        cpuHours === undefined ? [] : [{ username: user.username, cpuHours }],
      ),
      workers: seed.workers,
      runs: seed.runs.map(asWrite),
      keyValues: seed.keyValues,
    });
    await writer.close();
    await farm.#start();
    return farm;
  }

  async #start(): Promise<void> {
    const shared = Shared.create(REGION_BYTES, { sizes: SIZES, taskSemaphoreSize: 5 });
    this.state = shared.state;
    this.state.threads.join('farm');
    this.#writer = await this.#place.store.openWriter();
    this.reader = await this.#place.store.openReader();
    this.#committer = new GroupCommitter(this.state, this.#writer, {
      flushIntervalMs: 1000,
      onCommit: (batch) => {
        this.actions.push(...batch.actions);
        for (const { runId } of batch.runs) this.#lists.delete(runId);
      },
    });
    await recover(this.state, this.reader, this.now);
    updateThroughput(this.state);
    updateSpeeds(this.state);
    await this.drain();
  }

  /** What the store, and not memory, has of a run. */
  async storedLists(runId: string): Promise<StoredLists> {
    const known = this.#lists.get(runId);
    if (known !== undefined) return known;
    const lists = {
      badTasks: await this.reader.badTasks(runId),
      history: await this.reader.spsaHistory(runId),
    };
    this.#lists.set(runId, lists);
    return lists;
  }

  drain(): Promise<void> {
    return this.#committer.drain();
  }

  /** Saves everything and starts again. */
  async restart(): Promise<void> {
    await this.stop();
    this.#lists.clear();
    await this.#start();
  }

  async stop(): Promise<void> {
    await this.drain();
    await this.reader.close();
    await this.#writer.close();
    this.state.threads.leave();
  }

  async remove(): Promise<void> {
    await this.#place.remove();
  }

  async addRun(run: RunDocument): Promise<void> {
    const { tasks, bad_tasks: _bad, ...head } = run;
    const { slot } = await loadRun(this.state, head, tasks, 0, this.now);
    this.state.runs.set(slot, RunFlag.isNew, true);
    this.state.dirtyRuns.mark(slot);
  }

  /** A finished run that was dropped from memory comes back before it is changed, as the admin API does it. */
  async reloadRun(runId: string): Promise<void> {
    if (this.state.runs.find(runId) >= 0) return;
    const head = await this.reader.run(runId);
    if (head === undefined) return;
    const history = await this.reader.spsaHistory(runId);
    await loadRun(this.state, head, this.reader.tasks(runId), history.length, this.now);
  }

  /** Every step of a request's way, as a front thread and a pool thread walk it. */
  async request({ op, body, remoteAddr, country, draw }: FarmRequest): Promise<Reply> {
    const path = `/api/${op}`;
    const parsed = parseBody(Buffer.from(body));
    const access = checkAccess(parsed);
    if (access !== undefined) return refuse({ path }, 400, access);
    const { password, worker_info: info } = parsed as { password: string; worker_info: { username: string } };
    const user = await this.reader.user(info.username);
    if (user === undefined || !(await verifyPassword(user.password, password))) {
      return refuse({ path }, 401, texts.BAD_CREDENTIALS);
    }
    if (user.blocked) return refuse({ path }, 401, texts.ACCOUNT_BLOCKED);
    if (user.pending) return refuse({ path }, 401, texts.ACCOUNT_PENDING);
    if (op === 'request_version') return { status: 200, json: VERSION_BODY };
    const violation = checkRequest(parsed);
    if (violation !== undefined) return refuse({ path }, 400, violation);
    const known = country !== null && /^[A-Z][A-Z]$/.test(country) && country !== 'ZZ';
    const call: WorkerCall = {
      path,
      request: normaliseRequest(parsed),
      remoteAddr,
      countryCode: known ? country : '?',
      hostUrl: 'http://localhost',
      now: this.now,
    };
    return await this.#runOperation(op as OperationName, call, draw);
  }

  async #runOperation(name: OperationName, call: WorkerCall, draw: DrawFlips | undefined): Promise<Reply> {
    const first = runOperation(this.#context(false), name, call);
    if (isReply(first)) return first;
    const context = this.#context(true);
    const cpuHours = await this.reader.cpuHours(call.request.worker_info.username);
    const outcome =
      name === 'request_spsa' && draw !== undefined
        ? requestSpsaDrawn(context, call, draw)
        : runOperation(context, name, call, cpuHours);
    return isReply(outcome) ? outcome : await answerFromStore(context, this.reader, name, call);
  }

  #context(mayBlock: boolean): Context {
    return { state: this.state, mayBlock };
  }
}

function asWrite(run: RunDocument): RunWrite {
  const { tasks, bad_tasks: badTasks, ...head } = run;
  return {
    runId: run._id,
    insert: head,
    tasks: tasks.map((task, taskId) => ({
      taskId,
      isNew: true,
      num_games: task.num_games,
      start: task.start,
      active: task.active,
      bad: task.bad === true,
      last_updated: task.last_updated,
      stats: task.stats,
      worker_info: task.worker_info,
      ...(task.spsa_params === undefined ? {} : { spsa_params: task.spsa_params }),
    })),
    badTasks: badTasks ?? [],
    spsaHistory: [],
  };
}
