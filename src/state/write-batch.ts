/**
 * The durable image of state, as it leaves memory: what a run's document holds, and what one batch of changes is made
 * of. All instants are milliseconds since the epoch, ids are hex text.
 */
import type {
  ActionDocument,
  BadTaskDocument,
  ContributorDocument,
  ContributorPeriod,
  Keyed,
  NetDocument,
  PgnDocument,
  Results,
  RunArgs,
  RunDocument,
  Sprt,
  SpsaHistoryPoint,
  TaskSpsaParams,
  TaskWorkerInfo,
  UserDocument,
  WorkerDocument,
} from '../model/documents.js';
import type { GitHubAnswerWrite } from '../model/github-answer.js';
import type { SiteRecordWrite } from '../model/site-record.js';
import type { ORDER_ARGS_MEMBERS, ORDER_MEMBERS } from './run-order.js';
import type { ARGS_MEMBERS, RUN_MEMBERS } from './run-record.js';

/** A run without what grows: tasks, bad tasks and the SPSA history live in records of their own. */
export type RunHead = Omit<RunDocument, 'tasks' | 'bad_tasks'>;

type Members = typeof RUN_MEMBERS & typeof ORDER_MEMBERS;
type ArgsMembers = typeof ARGS_MEMBERS & typeof ORDER_ARGS_MEMBERS;

/** The members of a run that change while it lives. */
export type RunLive = Required<Pick<RunDocument, keyof Members>> & {
  results: Results;
  args: Required<Pick<RunArgs, keyof ArgsMembers>> & { sprt?: Sprt };
};

/** The live numbers of an SPSA tune: theta[i] belongs to params[i]. */
export interface SpsaLive {
  iter: number;
  theta: Float64Array;
}

/**
 * What changed in a task. A new task carries everything; else a missing member is unchanged, and num_games and start are
 * what they were. A bad task stays bad.
 */
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

/** Everything that changed in one run since the last batch, consistent at one instant. */
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

/** A run that plays with a network was approved: it is the network's last test, and its first if there was none. */
export interface NetTest {
  readonly net: string;
  readonly runId: string;
  readonly date: number;
}

export interface ContributorWrite {
  period: ContributorPeriod;
  username: string;
  entry?: ContributorDocument;
}

/** Members of an account that is there; the others stay as whoever changes them at the same time leaves them. */
export interface UserChange {
  readonly username: string;
  readonly members: Partial<Omit<UserDocument, 'username'>>;
  /** Nothing is changed when the account has another one by then. */
  readonly ifPassword?: string;
}

/** One durable group: all of it is committed, or none. */
export interface WriteBatch {
  runs: RunWrite[];
  actions: ActionDocument[];
  pgns: Keyed<PgnDocument>[];
  /** Inserted, or replaced by username. */
  users: Keyed<UserDocument>[];
  /** Inserted, or replaced by worker_name. */
  workers: Keyed<WorkerDocument>[];
  /** Inserted, or replaced by name. */
  nets: Keyed<NetDocument>[];
  /** Names of networks that are removed, after `nets`. */
  removedNets?: string[];
  /** Of networks that are not there nothing is written. */
  netTests?: NetTest[];
  /** Names of networks that the official master plays with; one that had no test before this batch gets no such mark. */
  masterNets?: string[];
  keyValues: { key: string; value: unknown }[];
  /** Entries of the contributors' cache, inserted or replaced by username. */
  contributors?: { username: string; cpuHours: number }[];
  /** Whole entries of the contributors' caches, inserted or replaced by username; undefined: the entry is removed. */
  contributorEntries?: ContributorWrite[];
  /** Names of accounts that are removed, after `users`. */
  removedUsers?: string[];
  /** After `removedUsers`: inserted where nobody has the name. */
  newUsers?: UserDocument[];
  /** After `newUsers`, in order. */
  userChanges?: UserChange[];
  /** Changes of what the web application keeps of its own, in order. */
  siteRecords?: SiteRecordWrite[];
  /** Changes of what GitHub answered, in order. */
  gitHubAnswers?: GitHubAnswerWrite[];
  /** Names of networks, one for each download: the writer counts them beside the batch. */
  downloads?: string[];
}
