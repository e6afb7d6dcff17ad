/**
 * `npm run replay -- FILE... [--seed FILE] [--url URL | --store URL] [--only worker] [--verbose]`: plays recorded HTTP sessions to a server and
 * compares every answer. Exit code 0: all agree (or deviate by a rule), 1: a mismatch, 2: wrong usage.
 */
import { parseArgs } from 'node:util';
import { watchReaders } from '../../src/cli/quiet-pipes.js';
import { type ReplayOptions, replay, type TranscriptReport } from './replay.js';

const USAGE =
  'usage: npm run replay -- FILE... [--seed FILE] [--url URL | --store URL] [--only worker] [--verbose]';
const SHOWN_FAILURES = 20;

async function main(args: string[]): Promise<number> {
  let files: string[];
  let options: ReplayOptions;
  let verbose: boolean;
  try {
    const parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        only: { type: 'string' },
        seed: { type: 'string' },
        store: { type: 'string' },
        verbose: { type: 'boolean', default: false },
      },
    });
    files = parsed.positionals;
    const { url, only, store, seed } = parsed.values;
    verbose = parsed.values.verbose;
    if (files.length === 0) return usage('no FILE is given');
    if (only !== undefined && only !== 'worker') return usage(`--only ${only} is not known: only worker is`);
    if (url !== undefined && new URL(url).protocol !== 'http:') return usage(`--url ${url} is not http://…`);
    options = { ...(url && { url }), ...(only && { only }), ...(store && { store }), ...(seed && { seed }) };
  } catch (error) {
    return usage(messageOf(error));
  }
  try {
    const reports = await replay(files, options);
    return reports.map((report) => print(report, verbose)).every((good) => good) ? 0 : 1;
  } catch (error) {
    console.log(`${files.join(' ')}: could not be replayed: ${messageOf(error)}`);
    return 1;
  }
}

function print({ name, played }: TranscriptReport, verbose: boolean): boolean {
  const count = (kind: string) => played.filter(({ verdict }) => verdict.kind === kind).length;
  const deviated = count('deviated');
  console.log(`${name}: ${count('pass')}/${played.length}${deviated > 0 ? `, ${deviated} deviated` : ''}`);
  let failures = 0;
  for (const [i, { recorded, verdict }] of played.entries()) {
    if (verdict.kind === 'deviated' && verbose)
      console.log(`  ${i} ${recorded.name}: deviates by ${verdict.rule}`);
    if (verdict.kind !== 'fail') continue;
    failures += 1;
    if (verbose || failures <= SHOWN_FAILURES) console.log(`  ${i} ${recorded.name}: ${verdict.why}`);
  }
  if (!verbose && failures > SHOWN_FAILURES)
    console.log(`  and ${failures - SHOWN_FAILURES} more (--verbose)`);
  return failures === 0;
}

function usage(problem: string): number {
  console.error(`${problem}\n${USAGE}`);
  return 2;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

watchReaders();
process.exitCode = await main(process.argv.slice(2));
