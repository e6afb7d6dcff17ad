/** Runs every test file, or those whose paths begin as an argument does, with lock checking on, and says what was left out. */
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
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

const here = fileURLToPath(new URL('.', import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(here, { recursive: true, encoding: 'utf8' })
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
const results = run({ files, concurrency: availableParallelism() + 1 }).on('test:fail', () => {
  process.exitCode = 1;
});
// The reporters' types differ, a class here and a generator there.
if (process.stdout.isTTY) results.compose(new spec()).pipe(process.stdout);
else results.compose(tap).pipe(process.stdout);
