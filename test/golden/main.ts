/**
 * `npm run golden -- DIR [--store URL] [--verbose]`: replays every recording of DIR (*.json, or compressed *.json.br, *.json.gz) against Shoal's rules, schemas and
 * operations; scenarios over an embedded store, or over databases of their own on the MongoDB server that URL names.
 * Exit code 0: everything agrees (or deviates by a rule), 1: a mismatch, 2: wrong usage.
 */

import { parseArgs } from 'node:util';
import { watchReaders } from '../../src/cli/quiet-pipes.js';
import { placeOn } from '../store/mongodb-place.js';
import { sqlitePlace } from '../store/sqlite-place.js';
import type { StorePlace } from '../store/store-place.js';
import { listRecordings } from './recordings.js';
import { type FileReport, runFile } from './run-file.js';

const SHOWN_FAILURES = 5;
const readerGone = watchReaders();

async function main(args: readonly string[]): Promise<number> {
  let directory: string | undefined;
  let more: string[];
  let options: { verbose: boolean; store?: string };
  try {
    const parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { store: { type: 'string' }, verbose: { type: 'boolean', default: false } },
    });
    [directory, ...more] = parsed.positionals;
    options = parsed.values;
  } catch (error) {
    return usage(messageOf(error));
  }
  const { verbose, store } = options;
  if (directory === undefined || more.length > 0) return usage('no DIR, or more than one');
  if (store !== undefined && !store.startsWith('mongodb'))
    return usage(`--store ${store} is not mongodb://…`);
  const makePlace = store === undefined ? sqlitePlace : () => placeOn(store);
  let recordings: Map<string, string>;
  try {
    recordings = await listRecordings(directory);
  } catch (error) {
    return usage(`cannot list ${directory}: ${messageOf(error)}`);
  }
  if (recordings.size === 0) return usage(`${directory} holds no *.json, *.json.br or *.json.gz`);
  let good = true;
  for (const [stem, path] of recordings) {
    if (readerGone.aborted) break;
    good = (await replay(path, `${stem}.json`, verbose, makePlace)) && good;
  }
  return good ? 0 : 1;
}

async function replay(
  path: string,
  name: string,
  verbose: boolean,
  makePlace: () => Promise<StorePlace>,
): Promise<boolean> {
  if (name.startsWith('http-transcript')) return skipped(name);
  let report: FileReport | undefined;
  try {
    report = await runFile(path, makePlace);
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

function usage(problem: string): number {
  console.error(`${problem}\nusage: npm run golden -- DIR [--store URL] [--verbose]`);
  return 2;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

process.exitCode = await main(process.argv.slice(2));
