/** Every command line tool whose reader goes before it writes, as `| head -0` does, ends without a word. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../../', import.meta.url));
let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shoal-pipes-'));
  await writeFile(join(directory, 'none.json'), '{"cases":[]}');
  await writeFile(join(directory, 'results.json'), '{"figures":[],"quick":true}');
});
after(() => rm(directory, { recursive: true }));

/** Each of these writes something, and starts nothing that takes long. */
const TOOLS: readonly (readonly [script: string, ...args: string[]])[] = [
  ['src/main.js', '--check-config'],
  ['src/server/shoal.js', '--help'],
  ['src/server/shoal.js', 'config', 'check'],
  ['src/server/shoal.js', 'completion', 'bash'],
  ['src/server/shoal.js', 'serve', '--help'],
  ['src/server/shoal.js', 'serve', '--check-config'],
  ['src/server/shoal.js', 'swarm', '--help'],
  ['src/server/shoal.js', 'demo', '--help'],
  ['bench/main.js', '--help'],
  ['bench/report/main.js', '--help'],
  ['test/golden/main.js', 'DIRECTORY'],
  ['test/replay/main.js', 'DIRECTORY/nothing.json'],
  ['test/simulation/main.js', '--steps', '1'],
  ['test/chaos/main.js', '--help'],
  ['test/sprt-farm/main.js', '--help'],
  ['test/fuzz/main.js', '--inputs', '0'],
];

for (const [script, ...args] of TOOLS) {
  test(`${script} ${args.join(' ')}`, async () => {
    const words = args.map((word) => word.replace('DIRECTORY', directory));
    const child = spawn(process.execPath, [join(DIST, script), ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    const errors = child.stderr.setEncoding('utf8').toArray();
    const [, signal] = (await once(child, 'close')) as [number | null, string | null];
    assert.deepEqual([(await errors).join(''), signal], ['', null]);
  });
}

test('what cannot be written is told in a sentence, and the command has failed', async () => {
  const full = await open('/dev/full', 'w');
  try {
    const child = spawn(process.execPath, [join(DIST, 'src/server/shoal.js'), 'completion', 'bash'], {
      stdio: ['ignore', full.fd, 'pipe'],
    });
    const errors = child.stderr!.setEncoding('utf8').toArray();
    const [code] = (await once(child, 'close')) as [number | null];
    assert.match((await errors).join(''), /^cannot write to standard output: ENOSPC[^\n]*\n$/);
    assert.equal(code, 1);
  } finally {
    await full.close();
  }
});
