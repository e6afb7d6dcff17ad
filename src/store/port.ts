/**
 * The store port: what the durable image of state must offer. Two mirror adapters implement it (sqlite/, mongodb/), and
 * nothing above this floor knows which one it has. All instants are milliseconds since the epoch, ids are hex text.
 *
 * One thread owns a Writer; any number of threads own a Reader each. A Reader sees what has been committed.
 */
import type {
  ActionDocument,
  ActionKind,
  BadTaskDocument,
  NetDocument,
  PgnDocument,
  Results,
  RunDocument,
  Sprt,
  SpsaHistoryPoint,
  TaskDocument,
  TaskSpsaParams,
  TaskWorkerInfo,
  UserDocument,
  WorkerDocument,
} from '../protocol/documents.js';

/** A run without what grows: tasks, bad tasks and the SPSA history live in records of their own. */
export type RunHead = Omit<RunDocument, 'tasks' | 'bad_tasks'>;

/** The members of a run that change while it lives. */
export interface RunLive {
  last_updated: number;
  approved: boolean;
  approver: string;
  finished: boolean;
  deleted: boolean;
  failed: boolean;
  failures: number;
  is_green: boolean;
  is_yellow: boolean;
  workers: number;
  cores: number;
  committed_games: number;
  total_games: number;
  results: Results;
  nps: number;
  games_per_minute: number;
  args: {
    itp: number;
    num_games: number;
    priority: number;
    throughput: number;
    auto_purge: boolean;
    info: string;
    sprt?: Sprt;
  };
}

/** The live numbers of an SPSA tune: theta[i] belongs to params[i]. */
export interface SpsaLive {
  iter: number;
  theta: Float64Array;
}

/** What changed in a task. A new task carries everything; else a missing member is unchanged. */
export interface TaskWrite {
  taskId: number;
  /** True when the store does not have the task yet: then worker_info is there. */
  isNew: boolean;
  num_games: number;
  start: number;
  active: boolean;
  bad: boolean;
  last_updated: number;
  stats: Results;
  worker_info?: TaskWorkerInfo;
  /** null removes it. */
  spsa_params?: TaskSpsaParams | null;
  /** Members that no type names, as old databases have them; they stay until replaced. */
  extra?: Readonly<Record<string, unknown>>;
}

/** Everything that changed in one run since the last group, consistent at one instant. */
export interface RunWrite {
  runId: string;
  /** Present when the store does not have the run yet. An args.spsa.param_history in it goes before spsaHistory. */
  insert?: RunHead;
  live?: RunLive;
  spsa?: SpsaLive;
  tasks: TaskWrite[];
  badTasks: BadTaskDocument[];
  /** Entries to append to args.spsa.param_history, in order. */
  spsaHistory: SpsaHistoryPoint[][];
}

/** One durable group: all of it is committed, or none. */
export interface WriteGroup {
  runs: RunWrite[];
  actions: ActionDocument[];
  pgns: PgnDocument[];
  /** Inserted, or replaced by username. */
  users: UserDocument[];
  /** Inserted, or replaced by worker_name. */
  workers: WorkerDocument[];
  /** Inserted, or replaced by name. */
  nets: NetDocument[];
  keyValues: { key: string; value: unknown }[];
  /** Entries of the contributors' cache, inserted or replaced by username. */
  contributors?: { username: string; cpuHours: number }[];
}

/** Filters of the action log; all given ones must match. Newest first unless `oldestFirst`. */
export interface ActionQuery {
  kinds?: ActionKind[];
  username?: string;
  runId?: string;
  /** Any of these runs; given together with runId, both must match. */
  runIds?: string[];
  /** Seconds since the epoch, inclusive. */
  since?: number;
  oldestFirst?: boolean;
  limit: number;
}

export interface FinishedRunsQuery {
  username?: string;
  successOnly?: boolean;
  yellowOnly?: boolean;
  ltcOnly?: boolean;
  /** Keeps runs with last_updated at or after this instant (ms). */
  since?: number;
  skip: number;
  limit: number;
}

export interface Writer {
  /** Resolves when the group is durable; a rejected group has left no trace and may be tried again. */
  commit(group: WriteGroup): Promise<void>;
  /** Adds one to a network's download count; false when there is no such network. */
  countDownload(name: string): Promise<boolean>;
  /** A consistent copy of the whole store in a new file. */
  backup(file: string): Promise<void>;
  close(): Promise<void>;
}

export interface Reader {
  /** Heads of the runs that are not finished, newest last_updated first. */
  unfinishedRuns(): AsyncIterable<RunHead>;
  /** Any run, finished or not, or undefined. */
  run(runId: string): Promise<RunHead | undefined>;
  /** Finished and not deleted, newest last_updated first. */
  finishedRuns(query: FinishedRunsQuery): Promise<RunHead[]>;
  /** Tasks in order of task id. Tasks may share the arrays inside worker_info: treat them as read-only. */
  tasks(runId: string): AsyncIterable<TaskDocument>;
  task(runId: string, taskId: number): Promise<TaskDocument | undefined>;
  badTasks(runId: string): Promise<BadTaskDocument[]>;
  spsaHistory(runId: string): Promise<SpsaHistoryPoint[][]>;
  user(username: string): Promise<UserDocument | undefined>;
  users(): AsyncIterable<UserDocument>;
  /** CPU hours the user has contributed; undefined when the user has no entry in the contributors' cache. */
  cpuHours(username: string): Promise<number | undefined>;
  blockedWorkers(): AsyncIterable<WorkerDocument>;
  actions(query: ActionQuery): Promise<ActionDocument[]>;
  /** The whole action log, oldest first: for filters that ActionQuery cannot say. */
  actionLog(): AsyncIterable<ActionDocument>;
  keyValue(key: string): Promise<unknown>;
  pgn(runId: string, taskId: number): Promise<PgnDocument | undefined>;
  /** Sum of `size` over a run's PGNs, in bytes; 0 when it has none. */
  pgnBytes(runId: string): Promise<number>;
  /** A run's PGNs in order of task id. */
  pgns(runId: string): AsyncIterable<PgnDocument>;
  net(name: string): Promise<NetDocument | undefined>;
  close(): Promise<void>;
}

/** How a thread reaches the store named by STORE_URL. */
export interface Store {
  /** Creates or migrates what is missing, and takes the place of the only writer. */
  openWriter(): Promise<Writer>;
  openReader(): Promise<Reader>;
}
