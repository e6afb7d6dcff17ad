/**
 * `shoal demo`: a server over a temporary directory, three approved runs (sequential, fixed games, tune), three people to sign
 * in as, a stand-in for GitHub, and a swarm that plays what is approved, until Ctrl-C. It leaves nothing behind.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchReaders } from '../cli/quiet-pipes.js';
import { findAccess } from './access.js';
import { type DemoOptions, demoCommand } from './arguments.js';
import { FREE_BRANCHES, startDemoGitHub } from './demo-github.js';
import { addPeople, type DemoPerson } from './demo-people.js';
import { addApprovedRuns, DEMO_FORMS, withCommits } from './demo-runs.js';
import { showProgress } from './progress.js';
import { ServerChild } from './server-child.js';
import { runSwarm } from './swarm.js';
import { describeReport } from './swarm-report.js';
import { describeVerification } from './verify.js';

/** What a browser may find, as far as this server has it. */
const PAGES = ['/tests', '/dashboard'];
/** Whatever the shell's is: a certificate would be for another name, and nothing here needs a network. */
const ENVIRONMENT = {
  LOG_LEVEL: 'info',
  TLS_CERT_FILE: '',
  TLS_KEY_FILE: '',
  GH_TOKEN: '',
  SIGNUP_CHECK_MAIL: 'off',
};
/** Between the bounds of the sequential test that is there, so that it plays for long. */
const STEADY_ELO = 1;
/** What is submitted by hand is decided within minutes. */
const ELO = 6;

/** @returns the exit code. @throws CommanderError */
export async function runDemo(argv: readonly string[]): Promise<number> {
  const command = demoCommand().name('shoal demo').exitOverride();
  const { workers, seconds, timeScale, port } = command.parse(argv, { from: 'user' }).opts<DemoOptions>();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  watchReaders().addEventListener('abort', () => stop.abort());
  const directory = await mkdtemp(join(tmpdir(), 'shoal-demo-'));
  const { github, commits } = await startDemoGitHub();
  try {
    const env = { ...ENVIRONMENT, ...github.settings, FISHTEST_PORT: port };
    const server = await ServerChild.start(directory, env, true);
    try {
      const access = await findAccess({ data: directory }, {});
      const { call } = access;
      const people = await addPeople(call!);
      const runs = await addApprovedRuns(call!, withCommits(DEMO_FORMS, commits));
      say(await introduction(server, directory, people));
      const eloOf = new Map(runs.map((id) => [id, STEADY_ELO]));
      const report = await runSwarm(
        access,
        { workers, seconds, timeScale, ramp: 10, elo: ELO, eloOf, signal: stop.signal },
        (fleet, options) => showProgress(fleet, options, process.stderr),
      );
      say(`\n${describeReport(report)}\n\n${describeVerification(report.verification!)}`);
      return report.ok ? 0 : 1;
    } finally {
      await server.end('SIGTERM');
      for (const entry of server.log) if (entry.level >= 50) say(JSON.stringify(entry));
    }
  } finally {
    await github.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function introduction(
  server: ServerChild,
  directory: string,
  people: readonly DemoPerson[],
): Promise<string> {
  const lines = [`Workers are served at ${server.url}, and three runs wait for them.`, '', 'Open'];
  for (const page of PAGES) {
    const { status } = await fetch(`${server.url}${page}`, { headers: { accept: 'text/html' } });
    if (status === 200) lines.push(`  ${server.url}${page}`);
  }
  lines.push(`  ${server.adminUrl}/metrics`, '', `and sign in at ${server.url}/login`, '');
  const width = Math.max(...people.map(({ username }) => username.length));
  for (const { username, password, role } of people) {
    lines.push(`  ${username.padEnd(width)}  ${password}  ${role}`);
  }
  lines.push(
    '',
    `As developer choose "New test", type the branch ${FREE_BRANCHES[0]} or ${FREE_BRANCHES[1]}, and submit. Sign out, sign in as`,
    'approver, open the test, and approve it: the workers play it to its end. GitHub is a stand-in here, so links to it lead nowhere.',
    '',
    'Or ask in another shell',
  );
  // In a checkout nothing is installed under the name.
  const shoal = process.env['npm_lifecycle_event'] === 'demo' ? 'npm run shoal --' : 'shoal';
  for (const words of ['run list', 'status', 'worker list']) {
    lines.push(`  ${shoal} --data ${directory} ${words}`);
  }
  return [...lines, '', 'Ctrl-C ends it.', ''].join('\n');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
