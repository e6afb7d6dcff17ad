/** The tarball: what is in it, and that it serves where there is nothing but Node.js. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { version } from '../../src/config/version.js';
import { InstalledShoal } from './installed-shoal.js';

const SRC = fileURLToPath(new URL('../../../src/', import.meta.url));
/** Folders and files at the top of the tarball; in dist only what is built of src. */
const TOP = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'deploy',
  'dist',
  'docs',
  'native-notes',
  'npm-shrinkwrap.json',
  'package.json',
];
const ASSETS = ['src/dashboard/page/index.html', 'src/dashboard/page/uplot.js', 'src/site/browser/htmx.js'];
const MOST_BYTES = 2_000_000;

describe('the tarball', { timeout: 900_000 }, () => {
  let home: string;
  let shoal: InstalledShoal;
  let tarball: string;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'shoal-tarball-'));
    shoal = new InstalledShoal(home);
    tarball = await shoal.pack();
  });
  after(() => rm(home, { recursive: true, force: true }));

  it('holds what is built of every source, the pages, the documents, and nothing else', async () => {
    const names = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
    const files = new Set(names.map((name) => name.replace(/^package\//, '')));
    assert.deepEqual([...new Set([...files].map((file) => file.split('/')[0]!))].sort(), TOP);
    const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.ts$/.test(file),
    );
    const built = sources.map((file) => `dist/src/${file.replace(/\.ts$/, '.js')}`);
    for (const file of [...built, ...ASSETS.map((file) => `dist/${file}`)]) {
      // Types alone leave no code behind in the pages' folders.
      assert.ok(files.has(file) || file.endsWith('.d.js'), file);
    }
    const more = [...files].filter((file) => /^dist\/.*\.js$/.test(file) && !built.includes(file));
    assert.deepEqual(more.sort(), [
      'dist/src/dashboard/page/uplot.js',
      'dist/src/site/browser/htmx.js',
      'dist/src/site/browser/uplot.js',
    ]);
    assert.ok((await readFile(tarball)).length < MOST_BYTES);
  });

  it('installs without a build, a development package or a script, and serves 1,000 workers', async (t) => {
    if (!(await shoal.install(tarball))) {
      t.skip('left out: no registry of packages can be reached');
      return;
    }
    const packages = readdirSync(join(shoal.root, 'node_modules'));
    for (const name of ['typescript', '@biomejs', 'uplot', 'fast-check']) {
      assert.ok(!packages.includes(name), `${name} was installed`);
    }
    const { version: locked } = JSON.parse(await readFile(join(shoal.root, 'npm-shrinkwrap.json'), 'utf8'));
    assert.equal(locked, version);
    assert.equal((await shoal.shoal('--version')).out, `${version}\n`);

    const demo = await shoal.shoal('demo', '--workers', '1000', '--seconds', '10', '--port', '0');
    assert.equal(demo.code, 0, demo.out + demo.err);
    assert.equal(demo.out.match(/^run [0-9a-f]{24} .* games, swarm \d+/gm)?.length, 3, demo.out);

    const data = join(home, 'data');
    const end = await shoal.serve(data);
    const status = await shoal.shoal('--data', data, 'status');
    assert.deepEqual([status.code, status.err], [0, '']);
    assert.match(status.out, new RegExp(`^server +version ${version.replaceAll('.', '\\.')},`, 'm'));
    const doctor = await shoal.shoal('--data', data, 'doctor', '--json');
    const { findings } = JSON.parse(doctor.out) as { findings: { state: string; topic: string }[] };
    assert.deepEqual(
      findings.filter(({ state }) => state === 'fail'),
      [],
    );
    assert.equal(await end(), 0);

    assert.equal((await shoal.shoal('prune')).code, 0);
    assert.ok(existsSync(shoal.root));
    assert.equal(await (await shoal.serve(data))(), 0, 'it serves after what it does not need is gone');
    const npx = await shoal.npx(tarball, '--version');
    assert.deepEqual([npx.code, npx.out], [0, `${version}\n`], npx.err);
  });
});
