/** `npm run swarm`: simulated workers from the command line. */
import { writeFile } from 'node:fs/promises';
import { CommanderError } from 'commander';
import { CliFailure, UnreachableError } from '../cli/failures.js';
import { watchReaders } from '../cli/quiet-pipes.js';
import { findAccess } from './access.js';
import { isHelp, parseArguments } from './arguments.js';
import { showProgress } from './progress.js';
import { runSwarm } from './swarm.js';
import { describeReport } from './swarm-report.js';
import { describeVerification } from './verify.js';

const USAGE = 2;

// Passwords stay out of the process list.
process.title = 'shoal swarm';
const readerGone = watchReaders();
process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof CommanderError) return isHelp(error) ? 0 : USAGE;
  process.stderr.write(`swarm: ${error instanceof Error ? error.message : String(error)}\n`);
  return error instanceof CliFailure ? error.exitCode : 1;
});

async function main(argv: readonly string[]): Promise<number> {
  const { access: wanted, options, json, verify } = parseArguments(argv);
  const found = await findAccess(wanted, process.env);
  if (verify === true && found.call === undefined) {
    throw new UnreachableError(
      '--verify needs the admin API: name the data directory of the server with --data',
    );
  }
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const access = verify === false ? { ...found, call: undefined } : found;
  process.stderr.write(`swarm: ${options.workers ?? 1000} workers against ${access.url}\n`);
  const report = await runSwarm(
    access,
    { ...options, signal: AbortSignal.any([stop.signal, readerGone]) },
    (fleet, complete) => showProgress(fleet, complete, process.stderr),
  );
  process.stdout.write(`${describeReport(report)}\n`);
  if (report.verification !== undefined && report.runs.length > 0) {
    process.stdout.write(`\n${describeVerification(report.verification)}\n`);
  }
  if (json !== undefined) await writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
  return report.ok ? 0 : 1;
}
