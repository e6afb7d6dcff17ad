/**
 * An AdminService that keeps what it is told in memory: small enough to be seen to be right, and with real refusals, so that
 * the command and the HTTP between them are what a test of them tests. It remembers the requests it got.
 */

import { Settings } from '../../src/config/live-settings.js';
import type { BookMetadata, RunDocument, WorkerDocument } from '../../src/model/documents.js';
import { newObjectId } from '../../src/model/object-id.js';
import { buildRun } from '../../src/operations/run/new-run.js';
import {
  AdminError,
  type AdminService,
  type BookView,
  type NetView,
  type UserView,
} from '../../src/protocol/admin.js';
import { detail, NOW, summary, WORKER } from './memory-run-views.js';

export class MemoryAdminService implements AdminService {
  readonly requests: [verb: string, request: object][] = [];
  readonly users = new Map<string, UserView>();
  readonly passwords = new Map<string, string>();
  readonly runs = new Map<string, RunDocument>();
  readonly nets = new Map<string, NetView>();
  readonly uploads = new Map<string, Buffer>();
  readonly books = new Map<string, BookView>();
  readonly blocked = new Map<string, WorkerDocument>();
  /** What a test does while a userAdd is under way. */
  meanwhile: (() => Promise<void>) | undefined;
  readonly settings = new Settings({ THREADPOOL_TOKENS: '32', SHOAL_PORT: '1' });
  /** When set, what every verb throws. */
  failure: Error | undefined;

  configList: AdminService['configList'] = async (request) => {
    this.#note('configList', request);
    return { settings: this.settings.view(), unknown: this.settings.unknown() };
  };

  configSet: AdminService['configSet'] = async (request) => {
    this.#note('configSet', request);
    try {
      this.settings.set(request.name, request.value);
    } catch (error) {
      throw new AdminError(400, error instanceof Error ? error.message : String(error));
    }
    return { setting: this.settings.view().find(({ name }) => name === request.name)! };
  };

  userAdd: AdminService['userAdd'] = async (request) => {
    this.#note('userAdd', request);
    await this.meanwhile?.();
    if (this.users.has(request.username)) throw new AdminError(409, `the name ${request.username} is taken`);
    const user: UserView = {
      username: request.username,
      email: request.email ?? '',
      groups: request.approver === true ? ['group:approvers'] : [],
      pending: request.pending === true,
      blocked: false,
      machine_limit: request.machine_limit ?? 16,
      registration_time: NOW,
      has_clear_password: request.clear_text === true,
    };
    this.users.set(user.username, user);
    this.passwords.set(user.username, request.password);
    return { user };
  };

  userPassword: AdminService['userPassword'] = async (request) => {
    this.#note('userPassword', request);
    const user = this.#user(request.username);
    this.passwords.set(user.username, request.password);
    return { user: Object.assign(user, { has_clear_password: request.clear_text === true }) };
  };

  userApprove: AdminService['userApprove'] = async (request) => {
    this.#note('userApprove', request);
    const user = this.#user(request.username);
    if (!user.pending) throw new AdminError(409, `${user.username} does not wait for approval`);
    user.pending = false;
    return { user };
  };

  userBlock: AdminService['userBlock'] = async (request) => {
    this.#note('userBlock', request);
    return { user: Object.assign(this.#user(request.username), { blocked: true }) };
  };

  userUnblock: AdminService['userUnblock'] = async (request) => {
    this.#note('userUnblock', request);
    return { user: Object.assign(this.#user(request.username), { blocked: false }) };
  };

  userLimit: AdminService['userLimit'] = async (request) => {
    this.#note('userLimit', request);
    return { user: Object.assign(this.#user(request.username), { machine_limit: request.machine_limit }) };
  };

  userList: AdminService['userList'] = async (request) => {
    this.#note('userList', request);
    const users = [...this.users.values()].filter((user) => request.pending !== true || user.pending);
    return { users };
  };

  runAdd: AdminService['runAdd'] = async (request) => {
    this.#note('runAdd', request);
    const run = this.#build(request.form);
    if (request.approve_by === run.args.username)
      throw new AdminError(403, 'a run is not approved by its owner');
    this.runs.set(run._id, run);
    if (request.approve_by !== undefined)
      Object.assign(run, { approved: true, approver: request.approve_by });
    return { run: summary(run) };
  };

  runList: AdminService['runList'] = async (request) => {
    this.#note('runList', request);
    const wanted = (run: RunDocument): boolean =>
      request.state === 'all' ||
      (request.state === 'finished'
        ? run.finished
        : !run.finished && run.approved === (request.state === 'active'));
    return { runs: [...this.runs.values()].filter(wanted).map(summary) };
  };

  runShow: AdminService['runShow'] = async (request) => {
    this.#note('runShow', request);
    return { run: detail(this.#run(request.id)) };
  };

  runApprove: AdminService['runApprove'] = async (request) => {
    this.#note('runApprove', request);
    const run = this.#run(request.id);
    if (run.approved) throw new AdminError(409, 'the run is approved already');
    const approved = Object.assign(run, { approved: true, approver: request.approver });
    return { run: summary(approved), lost_nets: run.args.new_nets?.slice(0, 1) ?? [] };
  };

  runStop: AdminService['runStop'] = async (request) => {
    this.#note('runStop', request);
    return { run: summary(Object.assign(this.#run(request.id), { finished: true })) };
  };

  runUnstop: AdminService['runUnstop'] = async (request) => {
    this.#note('runUnstop', request);
    return { run: summary(Object.assign(this.#run(request.id), { finished: false })) };
  };

  runPurge: AdminService['runPurge'] = async (request) => {
    this.#note('runPurge', request);
    const run = this.#run(request.id);
    if (!run.finished) throw new AdminError(409, 'the run is not finished');
    return { purged: false, message: 'no bad workers', run: summary(run) };
  };

  runDelete: AdminService['runDelete'] = async (request) => {
    this.#note('runDelete', request);
    return { run: summary(Object.assign(this.#run(request.id), { finished: true, deleted: true })) };
  };

  runPriority: AdminService['runPriority'] = async (request) => {
    this.#note('runPriority', request);
    const run = this.#run(request.id);
    run.args.priority = request.priority;
    run.args.throughput = request.throughput ?? run.args.throughput;
    return { run: summary(run) };
  };

  workerBlock: AdminService['workerBlock'] = async (request) => {
    this.#note('workerBlock', request);
    const { worker_name, message } = request;
    const worker = { worker_name, message, blocked: true, last_updated: NOW };
    this.blocked.set(worker_name, worker);
    return { worker };
  };

  workerUnblock: AdminService['workerUnblock'] = async (request) => {
    this.#note('workerUnblock', request);
    const worker = this.blocked.get(request.worker_name);
    if (worker === undefined) throw new AdminError(404, `no entry for the worker ${request.worker_name}`);
    return { worker: Object.assign(worker, { blocked: false }) };
  };

  workerList: AdminService['workerList'] = async (request) => {
    this.#note('workerList', request);
    if (request.state === 'active') return { active: [WORKER], blocked: [], total: 7 };
    const blocked = [...this.blocked.values()].filter((worker) => worker.blocked);
    return { active: [], blocked, total: blocked.length };
  };

  netUpload: AdminService['netUpload'] = async (request) => {
    this.#note('netUpload', request);
    const { name, offset, data } = request;
    const before = offset === 0 ? Buffer.alloc(0) : this.uploads.get(name)!;
    if (before.length !== offset) throw new AdminError(409, `${before.length} bytes are here`);
    const file = Buffer.concat([before, Buffer.from(data, 'base64')]);
    this.uploads.set(name, file);
    return { received: file.length };
  };

  netAdd: AdminService['netAdd'] = async (request) => {
    this.#note('netAdd', request);
    const { name, by: user = 'operator' } = request;
    if (this.nets.has(name)) throw new AdminError(409, `${name} is known already`);
    const net: NetView = { name, user, downloads: 0, uploaded: NOW, size: this.uploads.get(name)!.length };
    this.nets.set(name, net);
    return { net };
  };

  netList: AdminService['netList'] = async (request) => {
    this.#note('netList', request);
    return { nets: [...this.nets.values()] };
  };

  netRemove: AdminService['netRemove'] = async (request) => {
    this.#note('netRemove', request);
    const net = this.nets.get(request.name);
    if (net === undefined) throw new AdminError(404, `there is no network ${request.name}`);
    this.nets.delete(request.name);
    return { net };
  };

  bookImport: AdminService['bookImport'] = async (request) => {
    this.#note('bookImport', request);
    const books = request.books as Record<string, BookMetadata>;
    for (const [name, book] of Object.entries(books)) this.books.set(name, { name, ...book });
    return { imported: Object.keys(books), total: this.books.size };
  };

  bookList: AdminService['bookList'] = async (request) => {
    this.#note('bookList', request);
    return { books: [...this.books.values()] };
  };

  cluster: AdminService['cluster'] = async (request) => {
    this.#note('cluster', request);
    const node = 'the process with pid 4321 on here';
    const standbys = ['the process with pid 4322 on there'];
    const cluster = { role: 'active', node, epoch: 7, holder: node, standbys, lease_ms: 6000, waits: true };
    return { cluster: { ...cluster, lease_age_ms: 120 } };
  };

  handover: AdminService['handover'] = async (request) => {
    this.#note('handover', request);
    return { standbys: ['the process with pid 4322 on there'] };
  };

  status: AdminService['status'] = async (request) => {
    this.#note('status', request);
    return {
      status: {
        version: '1.2.3',
        pid: 4321,
        start_time: NOW,
        store: 'sqlite:data',
        worker_url: 'http://127.0.0.1:8000',
        draining: false,
        state: 'ready',
        users: { total: this.users.size, pending: 0, blocked: 0 },
        runs: { active: 1, paused: 2, pending: 3 },
        workers: 5,
        cores: 40,
        nps: 3e7,
        games_per_minute: 12.34,
        gauges: { tokens_free: 200 },
        limits: [],
      },
    };
  };

  backup: AdminService['backup'] = async (request) => {
    this.#note('backup', request);
    return { file: request.file, bytes: 3_145_728, ms: 1_500 };
  };

  /** The last request that arrived. */
  last(): [verb: string, request: object] | undefined {
    return this.requests.at(-1);
  }

  #note(verb: string, request: object): void {
    this.requests.push([verb, request]);
    if (this.failure !== undefined) throw this.failure;
  }

  #user(name: string): UserView {
    const user = this.users.get(name);
    if (user === undefined) throw new AdminError(404, `no account named ${name}`);
    return user;
  }

  #run(id: string): RunDocument {
    const run = this.runs.get(id);
    if (run === undefined) throw new AdminError(404, `no run ${id}`);
    return run;
  }

  #build(form: Parameters<typeof buildRun>[0]): RunDocument {
    return buildRun(form, NOW, newObjectId(NOW));
  }
}
