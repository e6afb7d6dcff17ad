/** Runs every test file, or those whose paths begin as an argument does, with lock checking on, and says what was left out. */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join, relative } from 'node:path';
import { run } from 'node:test';
import { spec, tap } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { browserIsRequired, chromiumPath } from './dashboard/browser.js';

/** Those that last longest, begun first: a long one that begins last is all that runs at the end. The rest follows by name. */
const LONGEST = [
  'deploy/tarball',
  'site/accounts',
  'site/changes',
  'site/records',
  'site/lists',
  'site/new-test',
  'server/standby',
  'store/mongodb-contract',
  'server/exclusive-port',
  'golden/',
  'site/',
];
const rank = (file: string) => {
  const place = LONGEST.findIndex((start) => file.startsWith(start));
  return place < 0 ? LONGEST.length : place;
};

/** A file lasts a minute or two. One whose process does not end, as when a failed hook leaves a server running, ends here and fails. */
const FILE_TIMEOUT_MS = 600_000;

const here = fileURLToPath(new URL('.', import.meta.url));
const SOURCES = join(here, '../../test');
const wanted = process.argv.slice(2);
const names = readdirSync(here, { recursive: true, encoding: 'utf8' });
const scripts = names.filter((file) => file.endsWith('.js')).map((file) => join(here, file));
const files = names
  .filter((file) => file.endsWith('.test.js'))
  .filter((file) => wanted.length === 0 || wanted.some((start) => file.startsWith(start)))
  .sort()
  .sort((a, b) => rank(a) - rank(b))
  .map((file) => join(here, file));
if (process.env['MONGODB_URI'] === undefined) {
  process.stdout.write('left out: the tests of MongoDB (set MONGODB_URI, or run .ci/mongodb npm test)\n');
}
if (chromiumPath === undefined && !browserIsRequired) {
  process.stdout.write(
    'left out: the dashboard and the pages in a browser (install chromium-headless-shell or chromium, or name one with SHOAL_CHROMIUM)\n',
  );
}
if (files.length === 0) throw new Error(`no test file begins with ${wanted.join(' or ')}`);
// Inherited by the process of each file, its threads and its child processes.
process.env['SHOAL_LOCK_CHECK'] = '1';
process.env['SHOAL_GITHUB'] = 'off';
// What the next Node.js takes away fails today.
process.env['NODE_OPTIONS'] = `${process.env['NODE_OPTIONS'] ?? ''} --throw-deprecation`;
// Many tests wait for a server or a browser: one file more than there are processors keeps these busy.
const failed = await runFiles(files, availableParallelism() + 1);
if (failed.length > 0) process.exitCode = 1;
// A machine that is too busy for a test is no fault of the code; a fault shows again, and alone it is easier to read.
if (failed.length > 0 && process.env['SHOAL_TEST_AGAIN'] === '1') {
  process.stdout.write(
    `once more, each by itself: ${failed.map((file) => relative(here, file)).join(' ')}\n`,
  );
  const failedAgain = failed.every((file) => files.includes(file)) ? await runFiles(failed, 1) : failed;
  if (failedAgain.length === 0) process.exitCode = 0;
}

/** @returns the test files in which a test failed; what belongs to none of them stays as it was named */
async function runFiles(paths: readonly string[], concurrency: number): Promise<string[]> {
  const failures = new Set<string>();
  const results = run({ files: [...paths], concurrency, timeout: FILE_TIMEOUT_MS }).on(
    'test:fail',
    ({ file = 'unknown' }) => {
      const built = testFilesOf(builtOf(file)).filter((each) => paths.includes(each));
      for (const each of built.length > 0 ? built : [file]) failures.add(each);
    },
  );
  // The reporters' types differ, a class here and a generator there.
  const report = process.stdout.isTTY ? results.compose(new spec()) : results.compose(tap);
  report.pipe(process.stdout, { end: false });
  await once(report, 'end');
  return [...failures];
}

/** A failure names the source where source maps are on. */
function builtOf(file: string): string {
  return file.endsWith('.ts') ? join(here, relative(SOURCES, file)).replace(/\.ts$/, '.js') : file;
}

/** A failure names where its test is written, which may be a file that several test files import: then all of these. */
function testFilesOf(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  if (file.endsWith('.test.js')) return [file];
  const imported = `/${basename(file)}'`;
  return scripts
    .filter((script) => readFileSync(script, 'utf8').includes(imported))
    .flatMap((script) => testFilesOf(script, seen));
}
