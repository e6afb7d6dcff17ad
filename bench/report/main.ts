/** `npm run bench:report -- FILE [OUT]`: makes a page for people from what `npm run bench -- --json FILE` wrote. */
import { readFile, writeFile } from 'node:fs/promises';
import { watchReaders } from '../../src/cli/quiet-pipes.js';
import type { Results } from '../work/result.js';
import { reportPage } from './page.js';

watchReaders();
const [file, out = 'bench-report.html'] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write(
    'npm run bench:report -- FILE [OUT]: FILE is what npm run bench -- --json FILE wrote\n',
  );
  process.exit(2);
}
const results = JSON.parse(await readFile(file, 'utf8')) as Results;
await writeFile(out, reportPage(results));
process.stdout.write(`${out}: ${results.figures.length} figures\n`);
