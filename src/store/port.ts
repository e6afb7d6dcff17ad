/**
 * The store port: what the durable image of state must offer. Two mirror adapters implement it (sqlite/, mongodb/), and
 * nothing above this layer knows which one it has. All instants are milliseconds since the epoch, ids are hex text.
 *
 * One thread owns a Writer; any number of threads own a Reader each. A Reader sees what has been committed. Only of a run that
 * is unfinished it may see members of tasks and aggregates as they were some moments ago: memory knows better.
 */
import type {
  ActionDocument,
  BadTaskDocument,
  ContributorDocument,
  ContributorPeriod,
  Keyed,
  NetDocument,
  PgnDocument,
  SpsaHistoryPoint,
  TaskDocument,
  TaskWorkerInfo,
  UserDocument,
  WorkerDocument,
} from '../model/documents.js';
import type { GitHubAnswerRecord, GitHubAnswerSize } from '../model/github-answer.js';
import type { SiteRecord, SiteRecordKind, SiteRecordsByKind } from '../model/site-record.js';
import type { RunHead, WriteBatch } from '../state/write-batch.js';
import type {
  AccountCounts,
  AccountQuery,
  ActionQuery,
  ActionSearch,
  Approvals,
  BlockedQuery,
  BlockedWorker,
  FinishedRunsFilter,
  FinishedRunsQuery,
  Found,
  FoundRuns,
  RunSearch,
} from './queries.js';

export type { RunHead, RunLive, RunWrite, SpsaLive, TaskWrite, WriteBatch } from '../state/write-batch.js';

/** What workers say of themselves, by the number under which the store has it once: a number always means the same. */
export interface WorkerDescriptions {
  has(worker: number): boolean;
  learn(worker: number, info: TaskWorkerInfo): void;
}

/** A task as it is loaded. */
export interface LoadedTask {
  readonly task: Omit<TaskDocument, 'worker_info'>;
  /** The number of its worker's description where the store has numbers; an old document may have no description. */
  readonly worker: number | TaskWorkerInfo | undefined;
  readonly nps: number;
}

/** For how long a lease stands still before another writer may take it, unless a setting says otherwise. */
export const LEASE_MS = 6_000;

/** What a standby is told while it waits for a store that another writer has. */
export interface StandbyWait {
  /** Ends the wait: the opening fails with `closed`. */
  readonly signal: AbortSignal;
  /** Who has the store, in words; first when the wait begins, and again whenever another writer has it. */
  onHolder(holder: string): void;
  /** The writer that has the store is about to go, and this one comes after it; resolves when this process listens. */
  onLeaving?(): Promise<void>;
  /** The store is this writer's, which now makes whole what the one before left. */
  onTaken?(epoch: number): void;
}

export interface WriterOptions {
  /** Wait while another writer has the store, instead of being refused. */
  readonly standby?: StandbyWait;
  /** Several primaries are set up for this store: writes of documents say whose they are. */
  readonly isShared?: boolean;
  readonly leaseMs?: number;
  /** Whether the process is well enough to keep the store; always when absent. */
  readonly mayRenew?: () => boolean;
  /** The store has confirmed that it is this writer's, as it was asked at `asked` of this thread's steady clock. */
  readonly onRenewed?: (asked: number) => void;
  /** Another writer has the store; told once, and nothing is written any more. */
  readonly onLost?: (error: Error) => void;
}

export interface Writer {
  /** Rises with every writer of the store. */
  readonly epoch: number;
  /** Resolves when the batch is durable; a rejected batch has left no trace and may be tried again. */
  commit(batch: WriteBatch): Promise<void>;
  /** Adds to a network's download count, one unless `times` says more; false when there is no such network. */
  countDownload(name: string, times?: number): Promise<boolean>;
  /** Other writers that wait for the store, in words. */
  standbys?(): Promise<string[]>;
  /** Says that this writer is about to go. @returns whether one that waits has said in time that it listens */
  leave?(withinMs: number): Promise<boolean>;
  /** For how long readers have missed the oldest change that is durable and not to be read yet, in milliseconds; 0: none. */
  behindMs?(): number;
  /** How long it takes until readers have another change, once it is durable, in milliseconds. */
  changeMs?(): number;
  /** A consistent copy of the whole store in a new file. */
  backup(file: string): Promise<void>;
  /**
   * @param withinMs the time for what is durable in a log, but not in its place
   * @throws StoreError `unclean` when that was too short; nothing is lost, and the store is closed
   */
  close(withinMs?: number): Promise<void>;
}

/** Records of one kind of one account that are read. */
export const MOST_OWNED = 200;

export interface Reader {
  /** Heads of the runs that are not finished, newest last_updated first. */
  unfinishedRuns(): AsyncIterable<RunHead>;
  /** Any run, finished or not, or undefined. */
  run(runId: string): Promise<RunHead | undefined>;
  /** Finished and not deleted, newest last_updated first. */
  finishedRuns(query: FinishedRunsQuery): Promise<RunHead[]>;
  /** How many `finishedRuns` has in all. */
  countFinishedRuns(query: FinishedRunsFilter): Promise<number>;
  searchRuns(search: RunSearch): Promise<FoundRuns>;
  /** Runs of any kind in ascending order of their ids, that is of their starts; from after this one on, '' for the first. */
  runsAfter(runId: string, limit: number): Promise<RunHead[]>;
  /** Tasks in order of task id. Tasks may share the arrays inside worker_info: treat them as read-only. */
  tasks(runId: string): AsyncIterable<TaskDocument>;
  /** The same in pages, to be loaded. What `workers` lacks it is told before the page that has tasks of it. */
  taskPages(runId: string, workers: WorkerDescriptions): AsyncIterable<readonly LoadedTask[]>;
  /** Tells `workers` what it lacks of those that have active tasks of the run. @returns their numbers, in any order */
  describeWorkers?(runId: string, workers: WorkerDescriptions): AsyncIterable<readonly number[]>;
  task(runId: string, taskId: number): Promise<TaskDocument | undefined>;
  /** Those of these numbers that are there, by number. */
  someTasks(runId: string, taskIds: readonly number[]): Promise<ReadonlyMap<number, TaskDocument>>;
  badTasks(runId: string): Promise<BadTaskDocument[]>;
  spsaHistory(runId: string): Promise<SpsaHistoryPoint[][]>;
  user(username: string): Promise<UserDocument | undefined>;
  users(): AsyncIterable<UserDocument>;
  /** Names of all accounts, in any order: who asks keeps them for a while. */
  usernames(): Promise<string[]>;
  /** The account whose name is this one but for the case of its letters. */
  userLike(username: string): Promise<UserDocument | undefined>;
  /** The account with this address, whatever the case of its letters. */
  userByEmail(email: string): Promise<UserDocument | undefined>;
  accounts(query: AccountQuery): Promise<Found<UserDocument>>;
  accountCounts(): Promise<AccountCounts>;
  /** @param since seconds since the epoch */
  approvals(username: string, since: number): Promise<Approvals>;
  /** A record of the web application, also one that has expired and is not removed yet. */
  siteRecord<K extends SiteRecordKind>(kind: K, key: string): Promise<SiteRecord<K> | undefined>;
  /** Of an account's those that end last or never, MOST_OWNED at most, by key. */
  siteRecordsOf<K extends SiteRecordKind>(kind: K, owner: string): Promise<SiteRecord<K>[]>;
  /** As `siteRecordsOf`, of several kinds at once: where the store is another process they are asked for side by side. */
  siteRecordsOfKinds<K extends SiteRecordKind>(
    kinds: readonly K[],
    owner: string,
  ): Promise<SiteRecordsByKind<K>>;
  /** Those that are there, in any order. */
  gitHubAnswers(keys: readonly string[]): Promise<GitHubAnswerRecord[]>;
  /** Of all of them, the last used first. */
  gitHubAnswerSizes(): Promise<GitHubAnswerSize[]>;
  /** CPU hours the user has contributed; undefined when the user has no entry in the contributors' cache. */
  cpuHours(username: string): Promise<number | undefined>;
  /** Whether fishtest's own script fills the contributors' caches: it has noted runs that it counted. */
  hasContributorScript(): Promise<boolean>;
  /** All entries of a contributors' cache, in any order. */
  contributors(period: ContributorPeriod): Promise<ContributorDocument[]>;
  blockedWorkers(): AsyncIterable<WorkerDocument>;
  /** With the e-mail addresses of their owners; those of which no account is known have none. */
  blockedList(query: BlockedQuery): Promise<Found<BlockedWorker>>;
  /** An entry of the block list, blocked or not. */
  worker(name: string): Promise<WorkerDocument | undefined>;
  actions(query: ActionQuery): Promise<ActionDocument[]>;
  searchActions(search: ActionSearch): Promise<Found<ActionDocument>>;
  /** Names of all who occur in the action log, as `usernames`. */
  actors(): Promise<string[]>;
  /** The whole action log, oldest first: for filters that ActionQuery cannot say. */
  actionLog(): AsyncIterable<ActionDocument>;
  keyValue(key: string): Promise<unknown>;
  pgn(runId: string, taskId: number): Promise<PgnDocument | undefined>;
  /** Sum of `size` over a run's PGNs, in bytes; 0 when it has none. */
  pgnBytes(runId: string): Promise<number>;
  /** A run's PGNs in order of task id. */
  pgns(runId: string): AsyncIterable<PgnDocument>;
  net(name: string): Promise<NetDocument | undefined>;
  /** Those of these names that are networks, in any order. */
  knownNets(names: readonly string[]): Promise<string[]>;
  /** With the key of each, whose first part is the instant at which the network was added; ascending by name. */
  nets(): AsyncIterable<Keyed<NetDocument>>;
  close(): Promise<void>;
}

/** How much of everything a store holds. */
export interface StoreCounts {
  runs: number;
  actions: number;
  pgns: number;
  users: number;
  workers: number;
  nets: number;
  keyValues: number;
  contributors: number;
  workerKeys: number;
}

/** Everything there is, for copying a store whole: what no request needs. */
export interface ExportReader {
  /** All runs, deleted ones included, in ascending order. */
  runIds(): AsyncIterable<string>;
  /** The runs that have PGNs, also those that the store has no run of. */
  pgnRunIds(): AsyncIterable<string>;
  /** A run's PGNs in order of task id. */
  pgns(runId: string): AsyncIterable<Keyed<PgnDocument>>;
  /** Oldest first, from an instant on, in seconds since the epoch. */
  actionsSince(time: number): AsyncIterable<ActionDocument>;
  users(): AsyncIterable<Keyed<UserDocument>>;
  /** Blocked or not. */
  workers(): AsyncIterable<Keyed<WorkerDocument>>;
  nets(): AsyncIterable<Keyed<NetDocument>>;
  keyValues(): AsyncIterable<{ key: string; value: unknown }>;
  contributors(): AsyncIterable<{ username: string; cpuHours: number }>;
  /** Of the web application; those that have expired may be among them. */
  siteRecords(): AsyncIterable<SiteRecord>;
  /** Several PGNs of one task count as one, since readers find one. */
  counts(): Promise<StoreCounts>;
  close(): Promise<void>;
}

/** A store that is copied: nothing is written in it, and nobody else writes. */
export interface StoreSource {
  readonly reader: Reader;
  readonly exportReader: ExportReader;
  /** @throws StoreError `in-use` when a writer came after all: what was read may not fit together */
  assertUnchanged(): Promise<void>;
  /** Closes both readers. */
  close(): Promise<void>;
}

/** How a thread reaches the store named by STORE_URL. */
export interface Store {
  /** Creates or migrates what is missing, and takes the place of the only writer. */
  openWriter(options?: WriterOptions): Promise<Writer>;
  /** A writer beside the primary's, for a secondary: it takes PGNs and counts downloads, and nothing else. */
  openUploader(): Promise<Writer>;
  /** @param epoch of the writer that is open: what is read is at least as new as its beginning */
  openReader(epoch?: number): Promise<Reader>;
  openExportReader(): Promise<ExportReader>;
  /** Readers for as long as there is no writer, without a trace in the store. */
  openSource(): Promise<StoreSource>;
}
