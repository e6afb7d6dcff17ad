/** `shoal swarm`: simulated workers from the command line. */
import { writeFile } from 'node:fs/promises';
import { UnreachableError } from '../cli/failures.js';
import { watchReaders } from '../cli/quiet-pipes.js';
import { findAccess } from './access.js';
import { parseArguments } from './arguments.js';
import { showProgress } from './progress.js';
import { runSwarm } from './swarm.js';
import { describeReport } from './swarm-report.js';
import { describeVerification } from './verify.js';

/** @returns the exit code. @throws CommanderError, CliFailure */
export async function runSwarmCommand(argv: readonly string[]): Promise<number> {
  const { access: wanted, options, json, verify } = parseArguments(argv);
  const found = await findAccess(wanted, process.env);
  if (verify === true && found.call === undefined) {
    throw new UnreachableError(
      '--verify needs the admin API: name the data directory of the server with --data',
    );
  }
  const readerGone = watchReaders();
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
