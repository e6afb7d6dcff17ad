/** What a swarm can be told, with its defaults and bounds. */

export interface SwarmUser {
  readonly username: string;
  readonly password: string;
}

export interface SwarmOptions {
  /** Root of the server. */
  readonly url: string;
  readonly workers: number;
  /** Real seconds. */
  readonly seconds: number;
  readonly users: readonly SwarmUser[];
  readonly connections: number;
  /** False: each request comes by a connection of its own, as a real worker's does. */
  readonly keepAlive: boolean;
  /** Simulated seconds in a real one. */
  readonly timeScale: number;
  /** How many times faster than a real machine the games are played, on top of the time scale. */
  readonly pace: number;
  /** Real seconds over which the workers appear. */
  readonly ramp: number;
  readonly seed: number;
  /** True Elo of the new engine in runs that are no tunes. */
  readonly elo: number;
  /** True Elo of single runs, by their id, where it is not `elo`. */
  readonly eloOf: ReadonlyMap<string, number>;
  readonly drawRatio: number;
  /** Share of tasks that fail: half with failed_task, half in silence. */
  readonly failureRate: number;
  /** Share of failing tasks that ask for the whole run to be stopped. */
  readonly stopRate: number;
  /** Share of ended tasks (tunes excepted) whose games are uploaded. */
  readonly pgnRate: number;
  /** worker_log calls for each batch. */
  readonly logRate: number;
  /** End by failing the tasks in hand. */
  readonly drain: boolean;
  /** Broken connections and unreadable or 5xx replies are counted but are no failure: the server is meant to be killed. */
  readonly allowOutage: boolean;
  /** Also load a server that is not on this machine. */
  readonly allowRemote: boolean;
  /** Remember each task, to hold them one by one against the store. */
  readonly keepTasks: boolean;
  /** Certificates, as PEM, that an https server's is checked by instead of those that Node.js knows. */
  readonly ca?: string | undefined;
  /** Name that the server's certificate is for, where it is not that of the URL. */
  readonly tlsName?: string | undefined;
  /** Ends the swarm early, as its deadline would. */
  readonly signal?: AbortSignal | undefined;
}

/** Refuses anything but this machine, since a swarm is a load no stranger has asked for. */
export function checkUrl(url: string, allowRemote: boolean): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:') {
    throw new Error(`"${url}" is not an http or https URL`);
  }
  const host = parsed.hostname;
  if (!allowRemote && host !== 'localhost' && host !== '[::1]' && !/^127(\.\d{1,3}){3}$/.test(host)) {
    throw new Error(
      `"${host}" is not this machine: a swarm runs against 127.0.0.0/8, localhost or [::1] unless --allow-remote is given`,
    );
  }
  return parsed.origin;
}

const RATES = ['drawRatio', 'failureRate', 'stopRate', 'pgnRate', 'logRate'] as const;

/** Completes and checks options. @throws Error that names the option and its bounds. */
export function swarmOptions(
  given: Partial<SwarmOptions> & Pick<SwarmOptions, 'url' | 'users'>,
): SwarmOptions {
  const workers = given.workers ?? 1000;
  const seconds = given.seconds ?? 60;
  const options: SwarmOptions = {
    workers,
    seconds,
    connections: Math.min(workers, 512),
    keepAlive: true,
    timeScale: 60,
    pace: 1,
    ramp: seconds / 10,
    seed: 1,
    elo: 1,
    eloOf: new Map(),
    drawRatio: 0.5,
    failureRate: 0.02,
    stopRate: 0,
    pgnRate: 0.1,
    logRate: 0.001,
    drain: false,
    allowOutage: false,
    allowRemote: false,
    keepTasks: false,
    ...given,
    url: checkUrl(given.url, given.allowRemote ?? false),
  };
  bound('workers', options.workers, 1, 1_000_000);
  bound('connections', options.connections, 1, 60_000);
  bound('seconds', options.seconds, 0.1, 1e7);
  bound('timeScale', options.timeScale, 0.001, 1e6);
  bound('pace', options.pace, 0.001, 1e6);
  bound('ramp', options.ramp, 0, 1e7);
  bound('elo', options.elo, -1000, 1000);
  for (const name of RATES) bound(name, options[name], 0, 1);
  if (options.users.length === 0) throw new Error('users: at least one user is needed');
  return options;
}

function bound(name: string, value: number, low: number, high: number): void {
  if (!(value >= low && value <= high))
    throw new Error(`${name}: ${value} is not between ${low} and ${high}`);
}
