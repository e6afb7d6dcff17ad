/** The other files of deploy/: each is checked by its own tool where that is installed, and against the repository. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { describeSettings } from '../../src/config/read-config.js';
import { hasTool } from './nginx-process.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
/** Set by containers and systemd for others than Shoal. */
const OTHERS = new Set(['NODE_ENV', 'GH_TOKEN']);

const without = (tool: string) => (hasTool(tool) ? false : `left out: ${tool} is not installed`);

for (const file of ['shoal.service', 'shoal@.service'].map((name) => join(ROOT, 'deploy/systemd', name))) {
  test(`systemd accepts ${basename(file)} and finds it hardened`, {
    skip: without('systemd-analyze'),
  }, () => {
    const unit = readFileSync(file, 'utf8');
    assert.match(unit, /^LimitNOFILE=\d{6,}$/m);
    const verified = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
    assert.equal(verified.stderr, '');
    const exposure = spawnSync('systemd-analyze', ['security', '--offline=yes', '--threshold=20', file], {
      encoding: 'utf8',
    });
    assert.equal(exposure.status, 0, exposure.stdout.slice(-300));
  });
}

test('the image is built from files that exist, all that is packed among them, and runs what is packed, as the unit does', () => {
  const dockerfile = read('deploy/container/Dockerfile');
  for (const [, sources] of dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)) {
    for (const source of sources!.split(' ')) assert.ok(existsSync(join(ROOT, source)), source);
  }
  const { bin, files } = JSON.parse(read('package.json')) as { bin: Record<string, string>; files: string[] };
  const packed = files.filter((file) => !/^dist|shrinkwrap/.test(file));
  for (const file of packed) assert.match(dockerfile, new RegExp(`^COPY .*\\b${file}\\b`, 'm'));
  assert.match(dockerfile, /^CMD \["shoal", "serve"\]$/m);
  assert.match(read('deploy/systemd/shoal.service'), /^ExecStart=\/usr\/bin\/env shoal serve$/m);
  assert.ok(existsSync(join(ROOT, bin['shoal']!)));
  if (hasTool('hadolint')) {
    const linted = spawnSync('hadolint', [join(ROOT, 'deploy/container/Dockerfile')], { encoding: 'utf8' });
    assert.equal(linted.stdout, '');
  }
});

test('the files set only what Shoal knows', () => {
  const known = new Set(describeSettings().map(({ name }) => name));
  const texts = [
    'deploy/container/Dockerfile',
    'deploy/container/compose.yaml',
    'deploy/systemd/shoal.service',
    'deploy/systemd/shoal@.service',
  ];
  const set = texts.flatMap((file) =>
    [
      ...read(file)
        .replaceAll(/^ *#.*/gm, '')
        .matchAll(/\b([A-Z][A-Z_]{4,})(?==\S|: \S)/g),
    ].map(([, name]) => name!),
  );
  assert.ok(set.length >= 6, set.join());
  for (const name of set) assert.ok(known.has(name) || OTHERS.has(name), `${name} is no setting`);
});

test('nginx gives idle connections up before the server does, and tries no request twice', () => {
  const site = read('deploy/nginx/shoal.conf');
  for (const [, seconds] of site.matchAll(/^\s+keepalive_timeout (\d+)s;$/gm)) {
    assert.ok(Number(seconds) === 5 || Number(seconds) === 150, `${seconds} s`);
  }
  assert.match(site, /proxy_next_upstream off;/);
});

test('every test runs on the newer Node.js, in a browser and over MongoDB too', () => {
  const script = read('.ci/newer-node');
  assert.match(script, /^export .*\bSHOAL_BROWSER=required$/m);
  assert.match(script, /^\.ci\/mongodb .*\.ci\/debian13 24 .*dist\/test\/run\.js$/m);
});
