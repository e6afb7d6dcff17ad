/** `npm run bench:report -- FILE [OUT]`: makes a page for people from what `npm run bench -- --json FILE` wrote. */
import { readFile, writeFile } from 'node:fs/promises';
import { watchReaders } from '../../src/cli/quiet-pipes.js';
import type { Results } from '../work/result.js';
import { reportPage } from './page.js';

watchReaders();
const USAGE = 'npm run bench:report -- FILE [OUT]: FILE is what npm run bench -- --json FILE wrote\n';

const [file, out = 'bench-report.html', more] = process.argv.slice(2);
if (file === '--help' || file === '-h') {
  process.stdout.write(USAGE);
  process.exit(0);
}
if (file === undefined || file.startsWith('-') || more !== undefined) {
  process.stderr.write(USAGE);
  process.exit(2);
}

async function readResults(path: string): Promise<Results> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Results;
  } catch (error) {
    process.stderr.write(`cannot read ${path}: ${(error as Error).message}\n${USAGE}`);
    process.exit(1);
  }
}

const results = await readResults(file);
await writeFile(out, reportPage(results));
process.stdout.write(`${out}: ${results.figures.length} figures\n`);
