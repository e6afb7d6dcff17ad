/**
 * A store that keeps what was committed in maps, for virtual time: a commit waits until the simulation settles it, and
 * what was not settled is lost in a crash. Refuses batches that no store could take.
 */
import type {
  ActionDocument,
  BadTaskDocument,
  SpsaHistoryPoint,
  TaskDocument,
  UserDocument,
  WorkerDocument,
} from '../../src/model/documents.js';
import type { Reader, RunHead, RunWrite, TaskWrite, WriteBatch, Writer } from '../../src/store/port.js';

interface StoredRun {
  head: RunHead;
  tasks: TaskDocument[];
  badTasks: BadTaskDocument[];
  history: SpsaHistoryPoint[][];
}

/** A batch that breaks the store's rules: a mistake of whoever wrote it. */
export class BatchRejected extends Error {}

export class MemoryStore {
  readonly runs = new Map<string, StoredRun>();
  readonly users = new Map<string, { user: UserDocument; cpuHours: number | undefined }>();
  readonly workers = new Map<string, WorkerDocument>();
  readonly keyValues = new Map<string, unknown>();
  /** Of the batches committed since it was last emptied. */
  actions: ActionDocument[] = [];

  apply(batch: WriteBatch): void {
    for (const write of batch.runs) this.#applyRun(write);
    for (const worker of batch.workers) this.workers.set(worker.worker_name, worker);
    for (const { key, value } of batch.keyValues) this.keyValues.set(key, value);
    this.actions.push(...batch.actions);
  }

  #applyRun({ runId, insert, live, spsa, tasks, badTasks, spsaHistory }: RunWrite): void {
    if (insert !== undefined) {
      if (this.runs.has(runId)) throw new BatchRejected(`run ${runId} is inserted twice`);
      this.runs.set(runId, { head: insert, tasks: [], badTasks: [], history: [] });
    }
    const run = this.runs.get(runId);
    if (run === undefined) throw new BatchRejected(`run ${runId} is changed before it is inserted`);
    if (live !== undefined) run.head = { ...run.head, ...live, args: { ...run.head.args, ...live.args } };
    if (spsa !== undefined) {
      const tune = run.head.args.spsa!;
      const params = tune.params.map((param, i) => ({ ...param, theta: spsa.theta[i]! }));
      run.head = { ...run.head, args: { ...run.head.args, spsa: { ...tune, iter: spsa.iter, params } } };
    }
    for (const task of tasks) applyTask(runId, run.tasks, task);
    run.badTasks.push(...badTasks);
    run.history.push(...spsaHistory);
  }

  reader(): Reader {
    const store = this;
    const absent = (what: string) => async (): Promise<never> => {
      throw new Error(`the simulation reads no ${what}`);
    };
    const none = (what: string) => (): never => {
      throw new Error(`the simulation reads no ${what}`);
    };
    return {
      async *unfinishedRuns() {
        const heads = [...store.runs.values()].map(({ head }) => head).filter((head) => !head.finished);
        yield* heads.sort((a, b) => b.last_updated - a.last_updated || (a._id < b._id ? -1 : 1));
      },
      run: async (runId) => store.runs.get(runId)?.head,
      async *tasks(runId) {
        yield* store.runs.get(runId)?.tasks ?? [];
      },
      async *taskPages(runId) {
        const tasks = store.runs.get(runId)?.tasks ?? [];
        yield tasks.map((task) => ({ task, worker: task.worker_info, nps: task.worker_info?.nps ?? 0 }));
      },
      someTasks: absent('some tasks'),
      task: async (runId, taskId) => store.runs.get(runId)?.tasks[taskId],
      spsaHistory: async (runId) => store.runs.get(runId)?.history ?? [],
      badTasks: async (runId) => store.runs.get(runId)?.badTasks ?? [],
      user: async (username) => store.users.get(username)?.user,
      async *users() {
        for (const { user } of store.users.values()) yield user;
      },
      userLike: absent('names like others'),
      userByEmail: absent('addresses'),
      siteRecord: absent('records of the site'),
      siteRecordsOf: absent('records of the site'),
      siteRecordsOfKinds: absent('records of the site'),
      gitHubAnswers: absent('answers of GitHub'),
      gitHubAnswerSizes: absent('answers of GitHub'),
      cpuHours: async (username) => store.users.get(username)?.cpuHours,
      hasContributorScript: absent('contributors'),
      contributors: absent('contributors'),
      blockedList: absent('blocked workers'),
      accounts: absent('lists of accounts'),
      accountCounts: absent('lists of accounts'),
      approvals: absent('approvals'),
      worker: absent('workers'),
      async *blockedWorkers() {
        yield* store.workers.values();
      },
      keyValue: async (key) => store.keyValues.get(key),
      finishedRuns: absent('lists of finished runs'),
      countFinishedRuns: absent('lists of finished runs'),
      runsAfter: absent('lists of runs'),
      searchRuns: absent('lists of finished runs'),
      usernames: absent('names'),
      searchActions: absent('action log'),
      actors: absent('action log'),
      actions: absent('action log'),
      actionLog: none('action log'),
      pgn: absent('PGNs'),
      pgnBytes: absent('PGNs'),
      pgns: none('PGNs'),
      net: absent('networks'),
      knownNets: absent('networks'),
      nets: none('networks'),
      close: async () => {},
    };
  }
}

/** The writer of a MemoryStore: `settle` decides what becomes of the batch that waits. */
export class HeldWriter implements Writer {
  readonly epoch = 1;
  readonly #store: MemoryStore;
  #waiting: { batch: WriteBatch; resolve: () => void; reject: (error: Error) => void } | undefined;

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  commit(batch: WriteBatch): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting = { batch, resolve, reject };
    });
  }

  /** True while a batch waits. */
  get isHeld(): boolean {
    return this.#waiting !== undefined;
  }

  /** Makes the waiting batch durable, and says so unless the process is to die before it hears of it. */
  settle(heard: boolean): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    this.#store.apply(waiting.batch);
    if (heard) waiting.resolve();
  }

  /** The store is in trouble: the batch has left no trace. */
  refuse(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(new Error('the store is away'));
  }

  async countDownload(): Promise<boolean> {
    return false;
  }

  async backup(): Promise<void> {}

  async close(): Promise<void> {}
}

function applyTask(runId: string, tasks: TaskDocument[], write: TaskWrite): void {
  const { taskId, isNew, num_games, start, active, bad, last_updated, stats } = write;
  const old = tasks[taskId];
  if (isNew !== (old === undefined) || taskId > tasks.length) {
    const what = isNew ? 'new' : 'changed';
    throw new BatchRejected(`task ${taskId} of run ${runId} comes as ${what}, the store has ${tasks.length}`);
  }
  const worker_info = write.worker_info ?? old?.worker_info;
  if (worker_info === undefined) throw new BatchRejected(`task ${taskId} of run ${runId} has no worker_info`);
  const flips = write.spsa_params === undefined ? old?.spsa_params : (write.spsa_params ?? undefined);
  const task: TaskDocument = { num_games, start, active, last_updated, stats, worker_info };
  if (bad) task.bad = true;
  if (flips !== undefined) task.spsa_params = flips;
  tasks[taskId] = task;
}
