/** Which native part of uWebSockets.js is taken, and what is said when there is none. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadBinding, superfluousFiles } from '../../src/http/transport/uws.js';
import { shoal } from '../cli/harness.js';
import { ServerProcess } from '../server/server-process.js';

const { resolve } = createRequire(import.meta.url);
const NEWER = dirname(resolve('uWebSockets.js'));
const OLDER = join(dirname(resolve('uws-node20')), '../binaries');
const FILE = `uws_${process.platform}_${process.arch}_${process.versions.modules}.node`;

const directory = mkdtempSync(join(tmpdir(), 'shoal-uws-'));
after(() => rmSync(directory, { recursive: true }));

function release(name: string): string {
  const folder = join(directory, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{"name":"uWebSockets.js","version":"20.99.0"}');
  return folder;
}

/** glibc of this machine as a number that can be compared. */
function glibc(): number {
  const report = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  const [major = 0, minor = 0] = (report.header.glibcVersionRuntime ?? '').split('.').map(Number);
  return major * 1000 + minor;
}

describe('the binding of uWebSockets.js', () => {
  it('is the newer one where its C library is there, else the older one', () => {
    const expected =
      glibc() >= 2038 ? '@btc-vision/uwebsockets.js 20.57' : '@trufflesuite/uws-js-unofficial 20.30';
    if (process.platform === 'linux') assert.ok(loadBinding().name.startsWith(expected), loadBinding().name);
  });

  it('is that of a folder that the operator names, and the first line of the log says so', async () => {
    const folder = release('official');
    const native = loadBinding().name.startsWith('@btc-vision') ? NEWER : OLDER;
    symlinkSync(join(native, FILE), join(folder, FILE));
    const name = `uWebSockets.js 20.99.0 (${FILE})`;
    assert.equal(loadBinding(folder).name, name);
    const server = await ServerProcess.start(join(directory, 'data'), { UWS_PATH: folder });
    try {
      const [first] = server.log;
      assert.equal(first?.['uws'], name);
      assert.equal(first?.['node'], process.version);
    } finally {
      await server.end('SIGTERM');
    }
  });

  it('is never another than the one that was named: what is wrong is told, with what would work', () => {
    const broken = release('broken');
    writeFileSync(join(broken, FILE), 'not a library');
    const combinations = /glibc 2\.38 or later.*Node\.js 20 with an older glibc.*musl.*UWS_PATH/;
    for (const [folder, why] of [
      [broken, /20\.99\.0: .*broken.*\.node/],
      [release('empty'), /20\.99\.0 has no uws_/],
      [join(directory, 'nowhere'), /nowhere has no uws_/],
    ] as const) {
      assert.throws(
        () => loadBinding(folder),
        (error: Error) => {
          assert.match(error.message, why);
          assert.match(error.message, combinations);
          assert.ok(error.message.includes(`Node.js ${process.version} (ABI ${process.versions.modules})`));
          return true;
        },
      );
    }
  });

  it('leaves out none that this machine loads when it lists what can go', () => {
    const files = superfluousFiles().map(({ file }) => file);
    assert.ok(files.length > 0);
    assert.ok(!files.includes(join(NEWER, FILE)) && !files.includes(join(OLDER, FILE)));
  });

  it('tells what could go without touching it', async () => {
    const { code, out } = await shoal(['prune', '--dry-run', '--json'], {});
    assert.equal(code, 0);
    const { files, kept } = JSON.parse(out) as { files: string[]; kept: string };
    assert.equal(kept, loadBinding().name);
    assert.deepEqual(
      files,
      superfluousFiles().map(({ file }) => file),
    );
    assert.ok(files.every((file) => existsSync(file)));
  });
});
