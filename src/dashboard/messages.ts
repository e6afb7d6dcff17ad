/** What the server sends to an open dashboard, as JSON text. Times are seconds, instants milliseconds since the epoch. */

/** One second of the farm, as charts show it. */
export interface Point {
  /** Seconds since the epoch. */
  t: number;
  /** Requests a second: all, and the three that matter. */
  requests: number;
  beats: number;
  updates: number;
  assignments: number;
  /** Statuses of 500 and above a second. */
  failures: number;
  p50: number;
  p99: number;
  tokens: number;
  queued: number;
  admitted: number;
  rejected: number;
  /** 99th percentiles of the request-task mutex. */
  lockWait: number;
  lockHold: number;
  commitLag: number;
  commit: number;
  batchSize: number;
  loopDelay: number;
  workers: number;
  cores: number;
  gamesPerMinute: number;
  rss: number;
}

export interface RouteRate {
  route: string;
  /** Requests a second, and those of them that failed in the server. */
  rate: number;
  failures: number;
  p50: number;
  p99: number;
}

export interface RunRow {
  id: string;
  tag: string;
  base: string;
  info: string;
  username: string;
  state: 'pending' | 'paused' | 'active' | 'finished' | 'failed';
  tc: string;
  threads: number;
  games: number;
  num_games: number;
  workers: number;
  cores: number;
  wins: number;
  losses: number;
  draws: number;
  pentanomial?: number[];
  sprt?: { elo0: number; elo1: number; llr: number; lower: number; upper: number };
  spsa?: { iter: number; num_iter: number };
}

export interface MachineRow {
  machine: string;
  username: string;
  cores: number;
  nps: number;
  country: string;
  run: string;
  task: number;
  games: number;
  num_games: number;
  last_updated: number;
}

export interface ActionRow {
  time: number;
  action: string;
  username: string;
  target: string;
  message: string;
}

export interface JobRow {
  job: string;
  runs: number;
  failures: number;
  failed: boolean;
  /** Of the last run. */
  seconds: number;
}

/** This primary among those of its store. Times are seconds. */
export interface ClusterRow {
  role: string;
  /** Rises with every primary of the store. */
  epoch: number;
  node: string;
  /** Those that stand by, in words. */
  standbys: string[];
  /** Since the database confirmed the lease; absent for an embedded store, whose lock lasts as long as the process. */
  lease_age?: number;
  /** After so long a silent primary may be replaced. */
  lease: number;
  /** From taking the store to the first answer; 0 when no other primary served before. */
  takeover: number;
}

export interface Farm {
  server: {
    version: string;
    start_time: number;
    ready: string;
    store: string;
    /** Where fishtest's pages are; '' when not known. */
    pages: string;
  };
  runs: RunRow[];
  /** Unfinished runs, of which `runs` shows the busiest. */
  run_count: number;
  machines: MachineRow[];
  actions: ActionRow[];
  routes: RouteRate[];
  tokens: number;
  permits: number;
  memory: { table: string; in_use: number; capacity: number }[];
  locks: { lock: string; wait: number; hold: number; waits: number }[];
  jobs: JobRow[];
  /** Bounds that are reached, each with the setting that raises it. */
  limits: string[];
  /** Absent where this is the only primary that may be. */
  cluster?: ClusterRow;
}

export type Message =
  | { kind: 'history'; points: Point[] }
  | { kind: 'point'; point: Point }
  | { kind: 'farm'; farm: Farm };

/** From the main thread: JSON texts of a Point and, now and then, of the Farm. */
export interface LiveUpdate {
  kind: 'live';
  point?: string;
  farm?: string;
}
