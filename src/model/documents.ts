/**
 * The documents of fishtest's data model (docs/spec/data-model.md) as Shoal holds them between layers.
 * Identifiers are 24 hex digits in lower case, instants are milliseconds since the epoch (a store's adapter turns
 * them into its own types), binary data is a Uint8Array. Every type keeps unknown members, since old databases have them.
 */

/** Number of game pairs that scored 0, ½, 1, 1½ and 2 points. */
export type Pentanomial = [number, number, number, number, number];

/** Outcome counts of a task or of a run, from the viewpoint of the new engine. */
export interface Results {
  wins: number;
  losses: number;
  draws: number;
  crashes: number;
  time_losses: number;
  /** Missing only in documents older than pentanomial statistics. */
  pentanomial?: Pentanomial;
}

/** What a worker says of itself in every request. */
export interface WorkerInfo {
  uname: string;
  architecture: [string, string];
  /** Cores offered. */
  concurrency: number;
  /** MiB. */
  max_memory: number;
  min_threads: number;
  username: string;
  version: number;
  python_version: [number, number, number];
  gcc_version: [number, number, number];
  compiler: string;
  unique_key: string;
  modified: boolean;
  worker_arch: string;
  ARCH: string;
  /** Nodes per second of one core; 0 until the worker has run its benchmark. */
  nps: number;
  near_github_api_limit: boolean;
}

/** WorkerInfo as a task stores it. */
export interface TaskWorkerInfo extends WorkerInfo {
  remote_addr: string;
  /** Two capital letters, or "?". */
  country_code: string;
}

/** Flips handed out for one SPSA batch, kept until its result arrives (docs/spec/spsa.md §1). */
export interface TaskSpsaParams {
  iter: number;
  packed_flips: Uint8Array;
}

export interface TaskDocument {
  num_games: number;
  active: boolean;
  last_updated: number;
  /** Opening offset in games. */
  start: number;
  bad?: true;
  stats: Results;
  spsa_params?: TaskSpsaParams;
  worker_info: TaskWorkerInfo;
}

export interface BadTaskDocument extends Omit<TaskDocument, 'bad' | 'spsa_params'> {
  bad: true;
  task_id: number;
  /** May be Infinity. */
  residual: number;
  residual_color: string;
}

/** Running estimate of the LLR's overshoot over its bounds (docs/spec/statistics.md §6). */
export interface Overshoot {
  last_update: number;
  skipped_updates: number;
  ref0: number;
  m0: number;
  sq0: number;
  ref1: number;
  m1: number;
  sq1: number;
}

export type EloModel = 'BayesElo' | 'logistic' | 'normalized';
export type SprtState = '' | 'accepted' | 'rejected';

export interface Sprt {
  alpha: number;
  beta: number;
  elo0: number;
  elo1: number;
  elo_model?: EloModel;
  state?: SprtState;
  llr: number;
  /** Game pairs. */
  batch_size?: number;
  lower_bound: number;
  upper_bound: number;
  lost_samples?: number;
  illegal_update?: number;
  overshoot?: Overshoot;
}

export interface SpsaParam {
  name: string;
  start: number;
  min: number;
  max: number;
  c_end: number;
  r_end: number;
  c: number;
  a_end: number;
  a: number;
  /** The live value. */
  theta: number;
}

export interface SpsaHistoryPoint {
  theta: number;
  R: number;
  c: number;
}

export interface Spsa {
  algorithm?: string | null;
  A: number;
  alpha: number;
  gamma: number;
  raw_params: string;
  /** Game pairs applied so far. */
  iter: number;
  num_iter: number;
  params: SpsaParam[];
  param_history?: SpsaHistoryPoint[][];
}

export interface RunArgs {
  base_tag: string;
  new_tag: string;
  base_nets: string[];
  new_nets: string[];
  num_games: number;
  tc: string;
  new_tc?: string;
  book: string;
  book_depth: string;
  threads: number;
  resolved_base: string;
  resolved_new: string;
  msg_base: string;
  msg_new: string;
  base_options: string;
  new_options: string;
  info: string;
  base_signature: string;
  new_signature: string;
  username: string;
  tests_repo: string;
  master_repo?: string;
  auto_purge: boolean;
  adjudication?: boolean;
  throughput: number;
  /** Internal throughput: the weight by which the scheduler shares cores (docs/spec/scheduling.md §7.3). */
  itp: number;
  priority: number;
  arch_filter?: string;
  compiler?: string;
  sprt?: Sprt;
  spsa?: Spsa;
}

export interface RunDocument {
  _id: string;
  version: number;
  start_time: number;
  last_updated: number;
  tc_base: number;
  rescheduled_from?: string;
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
  args: RunArgs;
  tasks: TaskDocument[];
  bad_tasks: BadTaskDocument[];
}

export interface UserDocument {
  username: string;
  /** A hash in PHC form, or the clear text that a fishtest database holds. */
  password: string;
  registration_time: number;
  pending: boolean;
  blocked: boolean;
  email: string;
  groups: string[];
  tests_repo: string;
  /** Most active tasks for each remote address. */
  machine_limit: number;
}

/**
 * A record as a copy of a whole store carries it: with the key that a fishtest database gave it, 24 hex digits that begin
 * with the second in which it was made. For a network that is the time of its upload.
 */
export type Keyed<T> = T & { _id?: string };

/** An entry of the block list. */
export interface WorkerDocument {
  /** Short name: <username>-<concurrency>cores-<first segment of unique_key>. */
  worker_name: string;
  blocked: boolean;
  message: string;
  last_updated: number;
}

export type ActionKind =
  | 'failed_task'
  | 'crash_or_time'
  | 'dead_task'
  | 'stop_run'
  | 'new_run'
  | 'modify_run'
  | 'finished_run'
  | 'purge_run'
  | 'delete_run'
  | 'approve_run'
  | 'system_event'
  | 'log_message'
  | 'worker_log'
  | 'upload_nn'
  | 'block_user'
  | 'accept_user'
  | 'block_worker';

/** An entry of the audit log. `time` is in seconds since the epoch, as in fishtest. */
export interface ActionDocument {
  _id: string;
  time: number;
  action: ActionKind;
  username: string;
  worker?: string;
  run_id?: string;
  run?: string;
  task_id?: number;
  message?: string;
  user?: string;
  nn?: string;
}

export interface PgnDocument {
  /** `<run id>-<task number>`. */
  run_id: string;
  pgn_zip: Uint8Array;
  size: number;
}

export interface NetDocument {
  name: string;
  user: string;
  downloads: number;
  first_test?: { id: string; date: number };
  last_test?: { id: string; date: number };
  is_master?: true;
}

/** An entry of the contributors' caches (docs/spec/data-model.md §9). */
export interface ContributorDocument {
  username: string;
  cpu_hours: number;
  games: number;
  games_per_hour: number;
  tests: number;
  tests_repo: string;
  /** Below 0: never. */
  last_updated: number;
}

/** Since the beginning, or of the last thirty days. */
export type ContributorPeriod = 'all' | 'month';

export interface BookMetadata {
  total: number;
  white: number;
  black: number;
  min_depth: number | null;
  max_depth: number | null;
  sri: string;
}
