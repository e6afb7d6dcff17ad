/**
 * `shoal demo`: a server over a temporary directory, three approved runs (sequential, fixed games, tune) and a swarm that
 * plays them, until Ctrl-C. It leaves nothing behind.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchReaders } from '../cli/quiet-pipes.js';
import { findAccess } from './access.js';
import { type DemoOptions, demoCommand } from './arguments.js';
import { addApprovedRuns, addAuthors } from './demo-runs.js';
import { showProgress } from './progress.js';
import { ServerChild } from './server-child.js';
import { runSwarm } from './swarm.js';
import { describeReport } from './swarm-report.js';
import { describeVerification } from './verify.js';

/** What a browser may find, as far as this server has it. */
const PAGES = ['/tests', '/dashboard'];
/** Whatever the shell's is: a certificate would be for another name. */
const ENVIRONMENT = { LOG_LEVEL: 'info', TLS_CERT_FILE: '', TLS_KEY_FILE: '' };

/** @returns the exit code. @throws CommanderError */
export async function runDemo(argv: readonly string[]): Promise<number> {
  const command = demoCommand().name('shoal demo').exitOverride();
  const { workers, seconds, timeScale, port } = command.parse(argv, { from: 'user' }).opts<DemoOptions>();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  watchReaders().addEventListener('abort', () => stop.abort());
  const directory = await mkdtemp(join(tmpdir(), 'shoal-demo-'));
  try {
    const server = await ServerChild.start(directory, { ...ENVIRONMENT, FISHTEST_PORT: port }, true);
    try {
      const access = await findAccess({ data: directory }, {});
      const { call } = access;
      await addAuthors(call!, randomBytes(12).toString('hex'));
      await addApprovedRuns(call!);
      say(await introduction(server, directory));
      const report = await runSwarm(
        access,
        { workers, seconds, timeScale, ramp: 10, signal: stop.signal },
        (fleet, options) => showProgress(fleet, options, process.stderr),
      );
      say(`\n${describeReport(report)}\n\n${describeVerification(report.verification!)}`);
      return report.ok ? 0 : 1;
    } finally {
      await server.end('SIGTERM');
      for (const entry of server.log) if (entry.level >= 50) say(JSON.stringify(entry));
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function introduction(server: ServerChild, directory: string): Promise<string> {
  const lines = [`Workers are served at ${server.url}, and three runs wait for them.`, '', 'Open'];
  for (const page of PAGES) {
    const { status } = await fetch(`${server.url}${page}`, { headers: { accept: 'text/html' } });
    if (status === 200) lines.push(`  ${server.url}${page}`);
  }
  lines.push(`  ${server.adminUrl}/metrics`, '', 'or ask in another shell');
  for (const words of ['run list', 'status', 'worker list']) {
    lines.push(`  shoal --data ${directory} ${words}`);
  }
  return [...lines, '', 'Ctrl-C ends it.', ''].join('\n');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
