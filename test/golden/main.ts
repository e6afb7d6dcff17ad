/**
 * `npm run golden -- DIR [--verbose]`: replays every recorded *.json of DIR against Shoal's rules, schemas and
 * operations. Exit code 0: everything agrees (or deviates by a rule), 1: a mismatch, 2: wrong usage.
 */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileReport, runFile } from './run-file.js';

const SHOWN_FAILURES = 5;

async function main(args: readonly string[]): Promise<number> {
  const verbose = args.includes('--verbose');
  const [directory, ...more] = args.filter((arg) => arg !== '--verbose');
  if (directory === undefined || more.length > 0 || directory.startsWith('-')) {
    return usage('usage: npm run golden -- DIR [--verbose]');
  }
  let names: string[];
  try {
    names = (await readdir(directory)).filter((name) => name.endsWith('.json')).sort();
  } catch (error) {
    return usage(`cannot list ${directory}: ${messageOf(error)}`);
  }
  if (names.length === 0) return usage(`${directory} holds no *.json`);
  let good = true;
  for (const name of names) good = (await replay(join(directory, name), name, verbose)) && good;
  return good ? 0 : 1;
}

async function replay(path: string, name: string, verbose: boolean): Promise<boolean> {
  if (name.startsWith('http-transcript')) return skipped(name);
  let report: FileReport | undefined;
  try {
    report = await runFile(path);
  } catch (error) {
    console.log(`${name}: could not be replayed: ${messageOf(error)}`);
    return false;
  }
  return report === undefined ? skipped(name) : print(name, report, verbose);
}

function print(name: string, { cases, verdicts }: FileReport, verbose: boolean): boolean {
  const count = (kind: string) => verdicts.filter((verdict) => verdict.kind === kind).length;
  const deviated = count('deviated');
  console.log(`${name}: ${count('pass')}/${verdicts.length}${deviated > 0 ? `, ${deviated} deviated` : ''}`);
  let failures = 0;
  for (const [index, verdict] of verdicts.entries()) {
    if (verdict.kind === 'deviated' && verbose) console.log(`  case ${index}: deviates by ${verdict.rule}`);
    if (verdict.kind !== 'fail') continue;
    failures += 1;
    if (!verbose && failures > SHOWN_FAILURES) continue;
    console.log(`  case ${index}: ${verdict.why}`);
    console.log(`    input ${JSON.stringify(cases[index]!.input).slice(0, verbose ? 2000 : 300)}`);
  }
  if (!verbose && failures > SHOWN_FAILURES) {
    console.log(`  and ${failures - SHOWN_FAILURES} more (--verbose shows all)`);
  }
  return failures === 0;
}

function skipped(name: string): true {
  console.log(`${name}: skipped, a recorded HTTP session: npm run replay reads it`);
  return true;
}

function usage(message: string): number {
  console.error(message);
  return 2;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

process.exitCode = await main(process.argv.slice(2));
