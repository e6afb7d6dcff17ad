/** The tarball: what is in it, and that it serves where there is nothing but Node.js. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
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
const MOST_BYTES = 2_200_000;
const RUN_ADD = [
  ...['run', 'add', '--preset', 'STC', '--book', 'own.epd', '--branch', 'idea', '--info', 'an idea'],
  ...['--username', 'bob', '--approve-by', 'alice', '--new-signature', '1', '--base-signature', '2'],
  ...['--resolved-new', '1'.repeat(40), '--resolved-base', '2'.repeat(40)],
];

describe('the tarball', { timeout: 900_000 }, () => {
  let home: string;
  let shoal: InstalledShoal;
  let tarball: string;
  let isInstalled = false;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'shoal-tarball-'));
    shoal = new InstalledShoal(home);
    tarball = await shoal.pack();
  });
  after(() => shoal.close());

  it('holds what is built of every source, the pages, the documents, and nothing else', async () => {
    const names = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
    const files = new Set(names.map((name) => name.replace(/^package\//, '')));
    assert.deepEqual([...new Set([...files].map((file) => file.split('/')[0]!))].sort(), TOP);
    const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.[jt]s$/.test(file),
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

  it('installs without a build, a development package or a script', async (t) => {
    isInstalled = await shoal.install(tarball);
    if (!isInstalled) {
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
  });

  it('needs no network from then on: it serves 1,000 workers, and is operated', async (t) => {
    if (!isInstalled) {
      t.skip('left out: it is not installed');
      return;
    }
    if (await shoal.cutOff()) assert.deepEqual(await shoal.interfaces(), ['lo']);
    else t.diagnostic('left out: that there is no network, which needs root and iproute2');

    const demo = await shoal.shoal('demo', '--workers', '100', '--seconds', '8', '--port', '0');
    assert.equal(demo.code, 0, demo.out + demo.err);
    assert.equal(demo.out.match(/^run [0-9a-f]{24} .* games, swarm \d+/gm)?.length, 3, demo.out);

    const data = join(home, 'data');
    const end = await shoal.serve(data);
    const done = async (...words: string[]) => {
      const { code, out, err } = await shoal.shoal('--data', data, ...words);
      assert.deepEqual([code, err], [0, ''], words.join(' '));
      return out;
    };
    await done('user', 'add', 'alice', '--approver');
    await done('user', 'add', 'bob');
    const book = join(home, 'own.epd');
    await writeFile(book, 'rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq -\n');
    await done('book', 'import', book);
    await done(...RUN_ADD);
    const swarm = await shoal.shoal('swarm', '--data', data, '--workers', '1000', '--seconds', '12');
    assert.equal(swarm.code, 0, swarm.out + swarm.err);
    assert.match(swarm.out, /^request_version +[1-9]\d{3,} +0 /m);
    assert.match(swarm.out, /^tasks +[1-9]\d* assigned/m);

    assert.match(
      await done('status'),
      new RegExp(`^server +version ${version.replaceAll('.', '\\.')},`, 'm'),
    );
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
