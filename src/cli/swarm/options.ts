/** What a swarm can be told, with its defaults and bounds, from the command line or from code. */
import { Command, InvalidArgumentError } from 'commander';

export interface SwarmUser {
  readonly username: string;
  readonly password: string;
}

export interface SwarmOptions {
  /** Root of the server, on this machine only. */
  readonly url: string;
  readonly workers: number;
  /** Real seconds. */
  readonly seconds: number;
  readonly users: readonly SwarmUser[];
  readonly connections: number;
  /** Simulated seconds in a real one. */
  readonly timeScale: number;
  /** How many times faster than a real machine the games are played, on top of the time scale. */
  readonly pace: number;
  /** Real seconds over which the workers appear. */
  readonly ramp: number;
  readonly seed: number;
  /** True Elo of the new engine in runs that are no tunes. */
  readonly elo: number;
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
  /** Write the report to this file as JSON. */
  readonly json?: string;
  /** Ends the swarm early, as its deadline would. */
  readonly signal?: AbortSignal;
}

/** Refuses anything but this machine, since a swarm is a load no stranger has asked for. */
export function checkLoopback(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'http:') throw new Error(`"${url}" is not an http URL`);
  const host = parsed.hostname;
  if (host !== 'localhost' && host !== '[::1]' && !/^127(\.\d{1,3}){3}$/.test(host)) {
    throw new Error(
      `"${host}" is not this machine: a swarm only runs against 127.0.0.0/8, localhost or [::1]`,
    );
  }
  return parsed.origin;
}

/** Completes and checks options. @throws Error that names the option and its bounds. */
export function swarmOptions(given: Partial<SwarmOptions>): SwarmOptions {
  const workers = given.workers ?? 1000;
  const seconds = given.seconds ?? 60;
  const options: SwarmOptions = {
    workers,
    seconds,
    users: [{ username: 'swarm', password: 'swarm' }],
    connections: Math.min(workers, 512),
    timeScale: 60,
    pace: 1,
    ramp: seconds / 10,
    seed: 1,
    elo: 3,
    drawRatio: 0.5,
    failureRate: 0.02,
    stopRate: 0,
    pgnRate: 0.1,
    logRate: 0.001,
    drain: false,
    allowOutage: false,
    ...given,
    url: checkLoopback(given.url ?? 'http://127.0.0.1:8000'),
  };
  bound('workers', options.workers, 1, 1_000_000);
  bound('connections', options.connections, 1, 60_000);
  bound('seconds', options.seconds, 0.1, 1e7);
  bound('time-scale', options.timeScale, 0.001, 1e6);
  bound('pace', options.pace, 0.001, 1e6);
  bound('ramp', options.ramp, 0, 1e7);
  bound('elo', options.elo, -1000, 1000);
  for (const name of ['drawRatio', 'failureRate', 'stopRate', 'pgnRate', 'logRate'] as const) {
    bound(name, options[name], 0, 1);
  }
  if (options.users.length === 0) throw new Error('users: at least one user is needed');
  return options;
}

function bound(name: string, value: number, low: number, high: number): void {
  if (!(value >= low && value <= high))
    throw new Error(`${name}: ${value} is not between ${low} and ${high}`);
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('a number is needed.');
  return value;
}

function integer(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('an integer is needed.');
  return value;
}

/** `name:password,name:password`. */
function users(text: string): SwarmUser[] {
  return text.split(',').map((pair) => {
    const colon = pair.indexOf(':');
    if (colon < 1) throw new InvalidArgumentError(`"${pair}" is not name:password.`);
    return { username: pair.slice(0, colon), password: pair.slice(colon + 1) };
  });
}

/** Reads the command line. @throws Error for values out of bounds; commander ends the process for unknown options. */
export function parseArguments(argv: readonly string[]): SwarmOptions {
  const command = new Command('swarm')
    .description('Simulated workers against a server on this machine')
    .option('--workers <n>', 'how many, 10 to 100,000 are usual', integer, 1000)
    .option('--seconds <s>', 'how long, in real seconds', number, 60)
    .option('--url <url>', 'the server', 'http://127.0.0.1:8000')
    .option('--users <list>', 'name:password,name:password (default: swarm:swarm)', users)
    .option('--connections <n>', 'most connections at a time (default: the workers, at most 512)', integer)
    .option('--time-scale <x>', 'simulated seconds in a real second', number, 60)
    .option('--pace <x>', 'how many times faster games are played than on a real machine', number, 1)
    .option('--ramp <s>', 'real seconds over which workers appear (default: a tenth of --seconds)', number)
    .option('--seed <n>', 'makes the draws repeatable', integer, 1)
    .option('--elo <x>', 'true Elo of the new engine', number, 3)
    .option('--draw-ratio <x>', 'share of drawn games', number, 0.5)
    .option('--failure-rate <x>', 'share of tasks that fail', number, 0.02)
    .option('--stop-rate <x>', 'share of failing tasks that ask to stop their run', number, 0)
    .option('--pgn-rate <x>', 'share of ended tasks that upload games', number, 0.1)
    .option('--log-rate <x>', 'worker_log calls for each batch', number, 0.001)
    .option('--drain', 'at the end, give the tasks in hand back with failed_task', false)
    .option('--allow-outage', 'connections lost and 5xx replies do not make the exit code 1', false)
    .option('--json <file>', 'write the report as JSON');
  command.parse(argv as string[]);
  return swarmOptions(command.opts<Partial<SwarmOptions>>());
}
