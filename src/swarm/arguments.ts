/** The command lines of a swarm and of the demonstration. */
import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { decimal, integer } from '../cli/values.js';
import type { Wanted } from './access.js';
import type { SwarmOptions, SwarmUser } from './options.js';

export interface SwarmArguments {
  readonly access: Wanted;
  readonly options: Partial<Omit<SwarmOptions, 'url' | 'users'>>;
  /** File for the report. */
  readonly json: string | undefined;
  /** Undefined: when the admin API can be asked. */
  readonly verify: boolean | undefined;
}

const NOTES = `
Without --url the server is found through its data directory (./data), and an account "swarm" is made there. It needs an
approved run to have work:
  shoal user add alice --approver
  shoal user add bob
  shoal run add --preset STC --branch idea --info "an idea" --username bob --approve-by alice \\
    --new-signature 1 --base-signature 2 --resolved-new ${'a'.repeat(40)} --resolved-base ${'b'.repeat(40)}
  shoal swarm --workers 5000 --seconds 60

Time runs --time-scale times faster for the workers: how long games last, beats, and the waits between tries. The server's
clock is the true one. At the end the server's results are compared with what it acknowledged to the swarm.

Exit codes: 0 all well, 1 a fault or a difference, 2 wrong usage, 3 no server answers.`;

export function swarmCommand(): Command {
  return new Command('swarm')
    .description('simulated workers that speak the whole worker protocol with a server on this machine')
    .option('--workers <n>', 'how many, 10 to 100,000 are usual (1000)', integer)
    .option('--seconds <s>', 'how long, in real seconds (60)', decimal)
    .option('--url <url>', 'the server (that of the data directory, or http://127.0.0.1:8000)')
    .option('--data <dir>', 'data directory of the server (SHOAL_DATA, or that of STORE_URL, or ./data)')
    .option(
      '--users <list>',
      'accounts to use: name:password,name:password (an account "swarm" is made)',
      users,
    )
    .option('--time-scale <x>', 'simulated seconds in a real second (60)', decimal)
    .option('--pace <x>', 'how many times faster games are played than on a real machine (1)', decimal)
    .option('--ramp <s>', 'real seconds over which workers appear (a tenth of --seconds)', decimal)
    .option('--connections <n>', 'most connections at a time (as many as workers, at most 512)', integer)
    .option('--seed <n>', 'makes the draws repeatable (1)', integer)
    .option('--elo <x>', 'true Elo of the new engine (1)', decimal)
    .option('--draw-ratio <x>', 'share of drawn games (0.5)', decimal)
    .option('--failure-rate <x>', 'share of tasks that fail, half of them in silence (0.02)', decimal)
    .option('--stop-rate <x>', 'share of failing tasks that ask to stop their run (0)', decimal)
    .option('--pgn-rate <x>', 'share of ended tasks that upload games (0.1)', decimal)
    .option('--log-rate <x>', 'worker_log calls for each batch (0.001)', decimal)
    .option('--drain', 'at the end, give the tasks in hand back with failed_task')
    .option('--allow-outage', 'connections lost and 5xx replies do not make the exit code 1')
    .option('--ca <file>', "certificates, as PEM, to check an https server's by", textOf)
    .option('--tls-name <host>', "name that the server's certificate is for, where it is not that of the URL")
    .option('--allow-remote', 'load a server that is not on this machine')
    .addOption(new Option('--verify', "fail when the results cannot be compared with the server's"))
    .option('--no-verify', 'do not compare them')
    .option('--json <file>', 'write the report as JSON')
    .addHelpText('after', NOTES);
}

/** @param argv the words behind the command. @throws CommanderError, also after --help */
export function parseArguments(argv: readonly string[]): SwarmArguments {
  const command = swarmCommand().name('shoal swarm').exitOverride();
  command.parse(argv, { from: 'user' });
  const {
    url,
    data,
    users: accounts,
    json,
    verify,
    ...options
  } = command.opts<Partial<SwarmOptions> & { data?: string; json?: string; verify?: boolean }>();
  return { access: { workerUrl: url, data, users: accounts }, options, json, verify };
}

export interface DemoOptions {
  readonly workers: number;
  readonly seconds: number;
  readonly timeScale: number;
  readonly port: string;
}

const A_MONTH = 2_592_000;

export function demoCommand(): Command {
  return new Command('demo')
    .description(
      'a server with three runs, people to sign in as, and a swarm that plays what is approved, in a temporary directory, until Ctrl-C',
    )
    .option('--workers <n>', 'simulated workers', integer, 1000)
    .option('--seconds <s>', 'end by itself after so long', decimal, A_MONTH)
    .option('--time-scale <x>', 'simulated seconds in a real second', decimal, 20)
    .option('--port <n>', 'port for workers and pages; 0 takes a free one', '8000')
    .addHelpText('after', '\nExample: shoal demo --workers 200 --port 0');
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

/** `name:password,name:password`. */
function users(text: string): SwarmUser[] {
  return text.split(',').map((pair) => {
    const colon = pair.indexOf(':');
    if (colon < 1) throw new InvalidArgumentError(`"${pair}" is not name:password.`);
    return { username: pair.slice(0, colon), password: pair.slice(colon + 1) };
  });
}
