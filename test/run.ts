/** Runs every test file, or those whose paths begin as an argument does, with lock checking on, and says what was left out. */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { browserIsRequired, chromiumPath } from './dashboard/browser.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(here, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.js'))
  .filter((file) => wanted.length === 0 || wanted.some((start) => file.startsWith(start)))
  .map((file) => join(here, file))
  .sort();
if (process.env['MONGODB_URI'] === undefined) {
  process.stdout.write('left out: the tests of MongoDB (set MONGODB_URI, or run .ci/mongodb npm test)\n');
}
if (chromiumPath === undefined && !browserIsRequired) {
  process.stdout.write(
    'left out: the dashboard in a browser (install chromium, or name one with SHOAL_CHROMIUM)\n',
  );
}
if (files.length === 0) throw new Error(`no test file begins with ${wanted.join(' or ')}`);
const env = {
  ...process.env,
  SHOAL_LOCK_CHECK: '1',
  SHOAL_GITHUB: 'off',
  // What the next Node.js takes away fails today, in threads and child processes too.
  NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --throw-deprecation`,
};
const runner = spawn(process.execPath, ['--enable-source-maps', '--test', '--test-concurrency=2', ...files], {
  stdio: 'inherit',
  env,
});
runner.on('exit', (code) => process.exit(code ?? 1));
