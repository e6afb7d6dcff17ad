/** A reader with connections of its own: it sees what was written when a method reads. */
import type { Db, MongoClient } from 'mongodb';
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
import type { LoadedTask, Reader, RunHead } from '../port.js';
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

export class MongodbReader implements Reader {
  readonly #client: MongoClient;
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

  /** Owns `client` from here on. */
  constructor(client: MongoClient, db: Db) {
    this.#client = client;
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

  run(runId: string): Promise<RunHead | undefined> {
    return this.#runs.one(runId);
  }

  finishedRuns(query: FinishedRunsQuery): Promise<RunHead[]> {
    return this.#runs.finished(query);
  }

  countFinishedRuns(filter: FinishedRunsFilter): Promise<number> {
    return this.#runSearches.count(filter);
  }

  searchRuns(search: RunSearch): Promise<FoundRuns> {
    return this.#runSearches.find(search, (ids) => this.#runs.some(ids));
  }

  runsAfter(runId: string, limit: number): Promise<RunHead[]> {
    return this.#runs.after(runId, limit);
  }

  tasks(runId: string): AsyncIterable<TaskDocument> {
    return this.#tasks.all(runId);
  }

  taskPages(runId: string): AsyncIterable<readonly LoadedTask[]> {
    return this.#tasks.pages(runId);
  }

  task(runId: string, taskId: number): Promise<TaskDocument | undefined> {
    return this.#tasks.one(runId, taskId);
  }

  someTasks(runId: string, taskIds: readonly number[]): Promise<ReadonlyMap<number, TaskDocument>> {
    return this.#tasks.some(runId, taskIds);
  }

  badTasks(runId: string): Promise<BadTaskDocument[]> {
    return this.#tasks.bad(runId);
  }

  spsaHistory(runId: string): Promise<SpsaHistoryPoint[][]> {
    return this.#runs.spsaHistory(runId);
  }

  user(username: string): Promise<UserDocument | undefined> {
    return this.#records.user(username);
  }

  users(): AsyncIterable<UserDocument> {
    return this.#records.users();
  }

  usernames(): Promise<string[]> {
    return this.#records.usernames();
  }

  userLike(username: string): Promise<UserDocument | undefined> {
    return this.#records.userLike(username);
  }

  userByEmail(email: string): Promise<UserDocument | undefined> {
    return this.#records.userByEmail(email);
  }

  accounts(query: AccountQuery): Promise<Found<UserDocument>> {
    return this.#accounts.find(query);
  }

  accountCounts(): Promise<AccountCounts> {
    return this.#accounts.counts();
  }

  approvals(username: string, since: number): Promise<Approvals> {
    return this.#accounts.approvals(username, since);
  }

  siteRecord<K extends SiteRecordKind>(kind: K, key: string): Promise<SiteRecord<K> | undefined> {
    return this.#siteRecords.one(kind, key) as Promise<SiteRecord<K> | undefined>;
  }

  siteRecordsOf<K extends SiteRecordKind>(kind: K, owner: string): Promise<SiteRecord<K>[]> {
    return this.#siteRecords.owned(kind, owner) as Promise<SiteRecord<K>[]>;
  }

  async siteRecordsOfKinds<K extends SiteRecordKind>(
    kinds: readonly K[],
    owner: string,
  ): Promise<SiteRecordsByKind<K>> {
    const found = {} as { -readonly [Each in K]: SiteRecordsByKind<K>[Each] };
    const read = async (kind: K) => {
      found[kind] = await this.siteRecordsOf(kind, owner);
    };
    await Promise.all(kinds.map(read));
    return found;
  }

  async gitHubAnswers(keys: readonly string[]): Promise<GitHubAnswerRecord[]> {
    return this.#gitHubAnswers.some(keys);
  }

  async gitHubAnswerSizes(): Promise<GitHubAnswerSize[]> {
    return this.#gitHubAnswers.sizes();
  }

  cpuHours(username: string): Promise<number | undefined> {
    return this.#records.cpuHours(username);
  }

  hasContributorScript(): Promise<boolean> {
    return this.#records.hasContributorScript();
  }

  contributors(period: ContributorPeriod): Promise<ContributorDocument[]> {
    return this.#records.contributors(period);
  }

  blockedList(query: BlockedQuery): Promise<Found<BlockedWorker>> {
    return this.#blocked.find(query);
  }

  worker(name: string): Promise<WorkerDocument | undefined> {
    return this.#records.worker(name);
  }

  blockedWorkers(): AsyncIterable<WorkerDocument> {
    return this.#records.blockedWorkers();
  }

  actions(query: ActionQuery): Promise<ActionDocument[]> {
    return this.#actions.find(query);
  }

  searchActions(search: ActionSearch): Promise<Found<ActionDocument>> {
    return this.#actionSearches.find(search);
  }

  actors(): Promise<string[]> {
    return this.#actionSearches.actors();
  }

  actionLog(): AsyncIterable<ActionDocument> {
    return this.#actions.all();
  }

  keyValue(key: string): Promise<unknown> {
    return this.#records.keyValue(key);
  }

  pgn(runId: string, taskId: number): Promise<PgnDocument | undefined> {
    return this.#pgns.one(runId, taskId);
  }

  pgnBytes(runId: string): Promise<number> {
    return this.#pgns.bytes(runId);
  }

  pgns(runId: string): AsyncIterable<PgnDocument> {
    return this.#pgns.all(runId);
  }

  net(name: string): Promise<NetDocument | undefined> {
    return this.#records.net(name);
  }

  knownNets(names: readonly string[]): Promise<string[]> {
    return this.#records.knownNets(names);
  }

  nets(): AsyncIterable<Keyed<NetDocument>> {
    return this.#records.nets();
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}
