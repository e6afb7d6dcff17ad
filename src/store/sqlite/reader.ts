/** A reader on a connection of its own: it sees what is committed when a method reads. */
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
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
  UserDocument,
  WorkerDocument,
} from '../../model/documents.js';
import type { GitHubAnswerRecord, GitHubAnswerSize } from '../../model/github-answer.js';
import type { SiteRecord, SiteRecordKind, SiteRecordsByKind } from '../../model/site-record.js';
import type { LoadedTask, Reader, RunHead, WorkerDescriptions } from '../port.js';
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
} from '../queries.js';
import { AccountReads } from './account-list.js';
import { ActionReads } from './action-log.js';
import { ActionSearches } from './action-search.js';
import { BlockedReads } from './blocked-list.js';
import { GitHubAnswerReads } from './github-answers.js';
import { PgnReads } from './pgn-records.js';
import { RecordReads } from './record-reads.js';
import { RunReads } from './run-reads.js';
import { RunSearches } from './run-search.js';
import { SiteRecordReads } from './site-records.js';
import { TaskReads } from './task-reads.js';

export class SqliteReader implements Reader {
  readonly #db: DatabaseSyncInstance;
  readonly #runs: RunReads;
  readonly #runSearches: RunSearches;
  readonly #tasks: TaskReads;
  readonly #actions: ActionReads;
  readonly #actionSearches: ActionSearches;
  readonly #pgns: PgnReads;
  readonly #records: RecordReads;
  readonly #accounts: AccountReads;
  readonly #blocked: BlockedReads;
  readonly #siteRecords: SiteRecordReads;
  readonly #gitHubAnswers: GitHubAnswerReads;

  /** Owns `db` from here on. */
  constructor(db: DatabaseSyncInstance) {
    this.#db = db;
    this.#runs = new RunReads(db);
    this.#runSearches = new RunSearches(db);
    this.#tasks = new TaskReads(db);
    this.#actions = new ActionReads(db);
    this.#actionSearches = new ActionSearches(db);
    this.#pgns = new PgnReads(db);
    this.#records = new RecordReads(db);
    this.#accounts = new AccountReads(db);
    this.#blocked = new BlockedReads(db);
    this.#siteRecords = new SiteRecordReads(db);
    this.#gitHubAnswers = new GitHubAnswerReads(db);
  }

  unfinishedRuns(): AsyncIterable<RunHead> {
    return this.#runs.unfinished();
  }

  async run(runId: string): Promise<RunHead | undefined> {
    return this.#runs.one(runId);
  }

  async finishedRuns(query: FinishedRunsQuery): Promise<RunHead[]> {
    return this.#runs.finished(query);
  }

  async countFinishedRuns(filter: FinishedRunsFilter): Promise<number> {
    return this.#runSearches.count(filter);
  }

  async searchRuns(search: RunSearch): Promise<FoundRuns> {
    return this.#runSearches.find(search, (run) => this.#runs.at(run));
  }

  async runsAfter(runId: string, limit: number): Promise<RunHead[]> {
    return this.#runs.after(runId, limit);
  }

  tasks(runId: string): AsyncIterable<TaskDocument> {
    return this.#tasks.all(runId);
  }

  taskPages(runId: string, workers: WorkerDescriptions): AsyncIterable<readonly LoadedTask[]> {
    return this.#tasks.pages(runId, workers);
  }

  describeWorkers(runId: string, workers: WorkerDescriptions): AsyncIterable<readonly number[]> {
    return this.#tasks.activeWorkers(runId, workers);
  }

  async task(runId: string, taskId: number): Promise<TaskDocument | undefined> {
    return this.#tasks.one(runId, taskId);
  }

  async someTasks(runId: string, taskIds: readonly number[]): Promise<ReadonlyMap<number, TaskDocument>> {
    return this.#tasks.some(runId, taskIds);
  }

  async badTasks(runId: string): Promise<BadTaskDocument[]> {
    return this.#tasks.bad(runId);
  }

  async spsaHistory(runId: string): Promise<SpsaHistoryPoint[][]> {
    return this.#runs.spsaHistory(runId);
  }

  async user(username: string): Promise<UserDocument | undefined> {
    return this.#records.user(username);
  }

  users(): AsyncIterable<UserDocument> {
    return this.#records.users();
  }

  async usernames(): Promise<string[]> {
    return this.#records.usernames();
  }

  async userLike(username: string): Promise<UserDocument | undefined> {
    return this.#records.userLike(username);
  }

  async userByEmail(email: string): Promise<UserDocument | undefined> {
    return this.#records.userByEmail(email);
  }

  async accounts(query: AccountQuery): Promise<Found<UserDocument>> {
    return this.#accounts.find(query);
  }

  async accountCounts(): Promise<AccountCounts> {
    return this.#accounts.counts();
  }

  async approvals(username: string, since: number): Promise<Approvals> {
    return this.#accounts.approvals(username, since);
  }

  async siteRecord<K extends SiteRecordKind>(kind: K, key: string): Promise<SiteRecord<K> | undefined> {
    return this.#siteRecords.one(kind, key) as SiteRecord<K> | undefined;
  }

  async siteRecordsOf<K extends SiteRecordKind>(kind: K, owner: string): Promise<SiteRecord<K>[]> {
    return this.#siteRecords.owned(kind, owner) as SiteRecord<K>[];
  }

  async siteRecordsOfKinds<K extends SiteRecordKind>(
    kinds: readonly K[],
    owner: string,
  ): Promise<SiteRecordsByKind<K>> {
    const found = {} as { -readonly [Each in K]: SiteRecordsByKind<K>[Each] };
    for (const kind of kinds) found[kind] = await this.siteRecordsOf(kind, owner);
    return found;
  }

  async gitHubAnswers(keys: readonly string[]): Promise<GitHubAnswerRecord[]> {
    return this.#gitHubAnswers.some(keys);
  }

  async gitHubAnswerSizes(): Promise<GitHubAnswerSize[]> {
    return this.#gitHubAnswers.sizes();
  }

  async cpuHours(username: string): Promise<number | undefined> {
    return this.#records.cpuHours(username);
  }

  /** The script knows MongoDB only. */
  async hasContributorScript(): Promise<boolean> {
    return false;
  }

  async contributors(period: ContributorPeriod): Promise<ContributorDocument[]> {
    return this.#records.contributors(period);
  }

  async blockedList(query: BlockedQuery): Promise<Found<BlockedWorker>> {
    return this.#blocked.find(query);
  }

  async worker(name: string): Promise<WorkerDocument | undefined> {
    return this.#records.worker(name);
  }

  blockedWorkers(): AsyncIterable<WorkerDocument> {
    return this.#records.blockedWorkers();
  }

  async actions(query: ActionQuery): Promise<ActionDocument[]> {
    return this.#actions.find(query);
  }

  async searchActions(search: ActionSearch): Promise<Found<ActionDocument>> {
    return this.#actionSearches.find(search);
  }

  async actors(): Promise<string[]> {
    return this.#actionSearches.actors();
  }

  actionLog(): AsyncIterable<ActionDocument> {
    return this.#actions.all();
  }

  async keyValue(key: string): Promise<unknown> {
    return this.#records.keyValue(key);
  }

  async pgn(runId: string, taskId: number): Promise<PgnDocument | undefined> {
    return this.#pgns.one(runId, taskId);
  }

  async pgnBytes(runId: string): Promise<number> {
    return this.#pgns.bytes(runId);
  }

  pgns(runId: string): AsyncIterable<PgnDocument> {
    return this.#pgns.all(runId);
  }

  async net(name: string): Promise<NetDocument | undefined> {
    return this.#records.net(name);
  }

  async knownNets(names: readonly string[]): Promise<string[]> {
    return this.#records.knownNets(names);
  }

  async *nets(): AsyncGenerator<Keyed<NetDocument>> {
    yield* this.#records.nets();
  }

  /** A second call does nothing. */
  async close(): Promise<void> {
    if (this.#db.isOpen) this.#db.close();
  }
}
