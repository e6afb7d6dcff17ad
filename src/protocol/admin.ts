/**
 * The admin API: what an operator's `shoal` command may ask of a running server. JSON over HTTP on a listener of its own;
 * each verb is `POST /admin/<verb-in-kebab-case>` with one JSON object, answered by one JSON object. A refusal is
 * `{"error": text}` with the status of its AdminError.
 *
 * All instants are milliseconds since the epoch.
 */
import type { SettingView } from '../config/live-settings.js';
import type {
  BookMetadata,
  EloModel,
  NetDocument,
  Results,
  RunArgs,
  SprtState,
  WorkerDocument,
} from '../model/documents.js';
import type { AdminRequest, AdminVerb } from './admin-schemas.js';

export type { SettingView } from '../config/live-settings.js';
export type { AdminRequest, AdminVerb, NewRunForm } from './admin-schemas.js';

/** Files in the data directory by which a client on the same machine finds and enters the server. */
export const ADMIN_TOKEN_FILE = 'admin-token';
export const ADMIN_ADDRESS_FILE = 'admin-address';

/** Largest request body in bytes. */
export const ADMIN_BODY_LIMIT = 1_048_576;

/** A refusal with the HTTP status that tells its kind: 400 bad input, 403 not allowed, 404 unknown, 409 wrong state. */
export class AdminError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'AdminError';
    this.status = status;
  }
}

/** The request path of a verb: `runAdd` → `/admin/run-add`. */
export function adminPath(verb: AdminVerb): string {
  return `/admin/${verb.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** An account without its password. */
export interface UserView {
  username: string;
  email: string;
  groups: string[];
  pending: boolean;
  blocked: boolean;
  machine_limit: number;
  registration_time: number;
  /** Whether the password is stored as it is, which fishtest's own server needs, or as a hash. */
  has_clear_password: boolean;
}

/** Derived display state (docs/spec/data-model.md §2.1): active has workers, paused is approved without workers. */
export type RunState = 'pending' | 'paused' | 'active' | 'finished' | 'failed';

export interface SprtView {
  elo0: number;
  elo1: number;
  elo_model: EloModel;
  llr: number;
  lower_bound: number;
  upper_bound: number;
  /** '' while undecided. */
  state: SprtState;
  /** No results can decide it: its bounds are none that an LLR can be worked out for. */
  undecidable?: true;
}

export interface RunSummary {
  id: string;
  username: string;
  new_tag: string;
  base_tag: string;
  info: string;
  state: RunState;
  approved: boolean;
  /** '' when not approved. */
  approver: string;
  deleted: boolean;
  is_green: boolean;
  is_yellow: boolean;
  tc: string;
  threads: number;
  priority: number;
  throughput: number;
  num_games: number;
  /** wins + losses + draws so far. */
  games: number;
  workers: number;
  cores: number;
  results: Results;
  sprt?: SprtView;
  /** Game pairs applied and planned of an SPSA tune. */
  spsa?: { iter: number; num_iter: number };
  start_time: number;
  last_updated: number;
}

/** A worker on an active task. */
export interface WorkerView {
  /** Long name (docs/spec/worker-api.md §6.6). */
  worker: string;
  username: string;
  run_id: string;
  task_id: number;
  concurrency: number;
  nps: number;
  country_code: string;
  /** Games reported of the task, and games it was given. */
  games: number;
  num_games: number;
  last_updated: number;
}

export interface RunDetail extends RunSummary {
  /** Elo difference, ends of its 95 % interval, and likelihood of superiority (0…1); absent without games or for SPSA. */
  elo?: { elo: number; low: number; high: number; los: number };
  tasks: { total: number; active: number; bad: number };
  nps: number;
  games_per_minute: number;
  args: RunArgs;
  active_workers: WorkerView[];
}

export interface StatusView {
  version: string;
  pid: number;
  start_time: number;
  /** Where the server keeps its data, without credentials. */
  store: string;
  /** Where workers on the same machine reach it. */
  worker_url: string;
  /** True from the first stop signal on. */
  draining: boolean;
  /** ready, starting, standing by, store unreachable or draining. */
  state: string;
  /** Null while the store does not answer. */
  users: { total: number; pending: number; blocked: number } | null;
  /** Unfinished runs by state. */
  runs: { active: number; paused: number; pending: number };
  workers: number;
  cores: number;
  nps: number;
  games_per_minute: number;
  /** Further gauges by name, for display only. */
  gauges: Record<string, number>;
  /** Bounds that are reached, and what to do. */
  limits: string[];
}

/** The primaries of a store, as one of them knows. */
export interface ClusterView {
  /** starting, standby, active, leaving or lost. */
  role: string;
  /** This server, in words. */
  node: string;
  /** Rises with every primary of the store; 0 while this one waits. */
  epoch: number;
  /** Who has the store, in words; '' when it is not known. */
  holder: string;
  /** Those who wait, in words; the one that serves knows them. */
  standbys: string[];
  /** Since the store was asked last whether it is this server's, in milliseconds; absent for an embedded store. */
  lease_age_ms?: number;
  /** A silent holder may be replaced after this time. */
  lease_ms: number;
  /** Whether several primaries may be set up: STANDBY=wait. */
  waits: boolean;
}

/** A network's record, and its file. */
export interface NetView extends NetDocument {
  /** Milliseconds since the epoch; absent when the record does not tell. */
  uploaded?: number;
  /** Bytes of the network; absent when its file is not on this server. */
  size?: number;
}

export interface BookView extends BookMetadata {
  name: string;
}

/** The answer of every verb. */
export interface AdminAnswers {
  userAdd: { user: UserView };
  userPassword: { user: UserView };
  userApprove: { user: UserView };
  userBlock: { user: UserView };
  userUnblock: { user: UserView };
  userLimit: { user: UserView };
  /** By username. */
  userList: { users: UserView[] };
  runAdd: { run: RunSummary };
  /** Unfinished first, each part newest first. */
  runList: { runs: RunSummary[] };
  runShow: { run: RunDetail };
  /** Approved all the same, but no worker can play it before the server knows `lost_nets`. */
  runApprove: { run: RunSummary; lost_nets: string[] };
  runStop: { run: RunSummary };
  runUnstop: { run: RunSummary };
  /** `message` tells why nothing was purged, or is ''. A purge may revive the run: see run.state. */
  runPurge: { purged: boolean; message: string; run: RunSummary };
  runDelete: { run: RunSummary };
  runPriority: { run: RunSummary };
  workerBlock: { worker: WorkerDocument };
  workerUnblock: { worker: WorkerDocument };
  /** `active` for state active, `blocked` for state blocked; `total` counts those beyond the limit too. */
  workerList: { active: WorkerView[]; blocked: WorkerDocument[]; total: number };
  /** `received` bytes of the file. */
  netUpload: { received: number };
  netAdd: { net: NetView };
  /** By name. */
  netList: { nets: NetView[] };
  netRemove: { net: NetView };
  /** `imported` are the names in the request, `total` counts all books that are known now. */
  bookImport: { imported: string[]; total: number };
  /** By name. */
  bookList: { books: BookView[] };
  status: { status: StatusView };
  cluster: { cluster: ClusterView };
  /** To whom, in words. */
  handover: { standbys: string[] };
  /** `bytes` is the size of the finished file, `ms` the time it took. */
  backup: { file: string; bytes: number; ms: number };
  /** `unknown` are names in the server's environment that look meant for it. */
  configList: { settings: SettingView[]; unknown: { name: string; nearest: string }[] };
  configSet: { setting: SettingView };
}
export type AdminAnswer<V extends AdminVerb> = AdminAnswers[V];

type Verb<V extends AdminVerb> = (request: AdminRequest<V>) => Promise<AdminAnswer<V>>;

/**
 * What the server does for each verb. Requests have passed their schema, nothing else: the service checks the rest and
 * throws AdminError. An answer is given when the change is durable.
 */
export interface AdminService {
  /** New account, neither pending nor blocked. 409 when the name (or a given e-mail) is taken. */
  userAdd: Verb<'userAdd'>;
  /** Sets another password; remembered ones of the account are forgotten. 404 unknown. */
  userPassword: Verb<'userPassword'>;
  /** Accepts a pending account (event accept_user). 404 unknown, 409 not pending. */
  userApprove: Verb<'userApprove'>;
  /** Blocks at once, cached credentials included (event block_user if it changed anything). 404 unknown. */
  userBlock: Verb<'userBlock'>;
  userUnblock: Verb<'userUnblock'>;
  /** Sets the most active tasks for each remote address. 404 unknown. */
  userLimit: Verb<'userLimit'>;
  userList: Verb<'userList'>;
  /**
   * Builds (operations/new-run.ts), checks and stores a run (event new_run); 400 with every problem, 404 owner unknown, 403
   * owner blocked or pending. With approve_by also approves it, under the rules of runApprove: if those refuse, no run is made.
   */
  runAdd: Verb<'runAdd'>;
  /** active = unfinished and approved, pending = unfinished and not approved, finished = not deleted, all = these three. */
  runList: Verb<'runList'>;
  /** Any run, deleted ones too. 404 unknown. */
  runShow: Verb<'runShow'>;
  /** docs/spec/scheduling.md §4.7: 404 unknown, 403 approver is the owner or not in group:approvers, 409 already approved. */
  runApprove: Verb<'runApprove'>;
  /** docs/spec/scheduling.md §6 and event stop_run. 404 unknown, 409 already finished. */
  runStop: Verb<'runStop'>;
  /** docs/spec/web-ui.md §6.3 and event modify_run. 404 unknown, 409 not stopped by a person within 10 minutes. */
  runUnstop: Verb<'runUnstop'>;
  /** docs/spec/scheduling.md §5.2 with iters 1 and event purge_run. 404 unknown, 409 not finished, failed or older than 30 days. */
  runPurge: Verb<'runPurge'>;
  /** docs/spec/scheduling.md §4.8 and event delete_run: stops it first; the record stays. 404 unknown, 409 already deleted. */
  runDelete: Verb<'runDelete'>;
  /** Changes priority and throughput alone: neither approval nor, of a finished run, the end (event modify_run). 404 unknown. */
  runPriority: Verb<'runPriority'>;
  /** Adds or changes an entry of the block list (event block_worker only if the flag changed). */
  workerBlock: Verb<'workerBlock'>;
  /** 404 when the name has no entry. */
  workerUnblock: Verb<'workerUnblock'>;
  workerList: Verb<'workerList'>;
  /** 400 no name of a network or too long, 409 the part does not follow on the last one. */
  netUpload: Verb<'netUpload'>;
  /** The file is checked against its name, and stored (event upload_nn). 400 wrong file, 404 nothing was uploaded, 409 known. */
  netAdd: Verb<'netAdd'>;
  netList: Verb<'netList'>;
  /** The record, then the file. 404 unknown, 409 an unfinished run needs it. */
  netRemove: Verb<'netRemove'>;
  /** 400 with the first fault. */
  bookImport: Verb<'bookImport'>;
  bookList: Verb<'bookList'>;
  status: Verb<'status'>;
  /** Answered by a standby, too. */
  cluster: Verb<'cluster'>;
  /** Answered before it begins. 409 when no primary stands by. */
  handover: Verb<'handover'>;
  /** Consistent copy of the store in a new file, named by an absolute path on the server. 400 relative, 409 it exists. */
  backup: Verb<'backup'>;
  configList: Verb<'configList'>;
  /** Changes one setting at once, until the server ends or reads its file again. 400 unknown, not live, or out of bounds. */
  configSet: Verb<'configSet'>;
}
