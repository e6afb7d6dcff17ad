/** `--check-config` finds what a start would find, and a start says by its exit code that another try is of no use. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AdminClient } from '../../src/cli/admin-client.js';
import { UsageError } from '../../src/cli/failures.js';
import { ADMIN_TOKEN_FILE } from '../../src/protocol/admin.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));

function main(env: Record<string, string>, ...args: string[]) {
  const bare = { PATH: process.env['PATH'] ?? '', LOG_FORMAT: 'json', FISHTEST_PORT: '0', ADMIN_PORT: '0' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    env: { ...bare, ...env },
    encoding: 'utf8',
  });
  return { status, text: stdout + stderr };
}

describe('mistakes in settings', () => {
  it('are all told at once, with exit code 78', () => {
    const bad = {
      TRUSTED_PROXIES: '*',
      FISHTEST_URL: 'x.org',
      STORE_URL: 'sqlite:~/shoal',
      FISHTEST_PORT: '7777',
      ADMIN_PORT: '7777',
      HTTP_THREADS: '0',
    };
    const { status, text } = main(bad, '--check-config');
    assert.equal(status, 78);
    for (const name of ['TRUSTED_PROXIES', 'FISHTEST_URL', 'STORE_URL', 'ADMIN_PORT', 'HTTP_THREADS']) {
      assert.match(text, new RegExp(`^ {2}${name}=`, 'm'), text);
    }
  });

  it('that only the parts find are told by the check and by the start', () => {
    for (const env of [
      { STORE_URL: 'mongodb://u:hush@localhost:port/x' },
      { STORE_URL: 'mongodb://localhost/x?noSuchOption=1' },
      { SHARED_MEMORY_MB: '256', SHOAL_MAX_TASKS: '8000000', STORE_URL: 'sqlite:/nonexistent/x' },
    ]) {
      for (const args of [['--check-config'], []]) {
        const { status, text } = main(env, ...args);
        assert.equal(status, 78, `${JSON.stringify(env)} ${args}: ${text}`);
        assert.match(text, /SHARED_MEMORY_MB|store URL/);
        assert.doesNotMatch(text, /hush/);
      }
    }
  });

  it('that name places are told by both, all at once', () => {
    const directory = mkdtempSync(join(tmpdir(), 'shoal-places-'));
    const file = join(directory, 'file');
    writeFileSync(file, 'no certificate');
    const env = {
      STORE_URL: `sqlite:${file}`,
      SHOAL_DATA: join(file, 'data'),
      SHOAL_NETS: file,
      TLS_CERT_FILE: file,
      TLS_KEY_FILE: join(directory, 'missing'),
      UWS_PATH: directory,
    };
    for (const args of [['--check-config'], []]) {
      const { status, text } = main(env, ...args);
      assert.equal(status, 78, `${args}: ${text}`);
      for (const name of ['STORE_URL', 'SHOAL_DATA', 'SHOAL_NETS', 'TLS_KEY_FILE', directory]) {
        assert.ok(text.includes(name), `${name}: ${text}`);
      }
      const half = main({ TLS_KEY_FILE: file, STORE_URL: `sqlite:${directory}` }, ...args);
      assert.deepEqual([half.status, /belong together/.test(half.text)], [78, true], half.text);
    }
    rmSync(directory, { recursive: true });
  });

  it('are none in an environment without any', () => {
    const { status, text } = main({}, '--check-config');
    assert.deepEqual([status, text], [0, 'the configuration is good\n']);
  });
});

describe('the data directory', () => {
  const directory = mkdtempSync(join(tmpdir(), 'shoal-data-'));
  after(() => rmSync(directory, { recursive: true }));
  for (const name of ['store', 'elsewhere', 'given']) {
    mkdirSync(join(directory, name));
    writeFileSync(join(directory, name, ADMIN_TOKEN_FILE), name);
  }
  const place = (name: string) => join(directory, name);
  const file = place('shoal.env');
  writeFileSync(file, `SHOAL_DATA=${place('elsewhere')}\n`);

  it('is for the command what it is for the server', async () => {
    const found = (options: { data?: string }, env: Record<string, string>) =>
      new AdminClient(options, env).token();
    const STORE_URL = `sqlite:${place('store')}`;
    assert.equal(await found({}, { STORE_URL }), 'store');
    assert.equal(await found({}, { STORE_URL, SHOAL_DATA: '' }), 'store', 'empty is unset');
    assert.equal(await found({ data: '' }, { STORE_URL }), 'store');
    assert.equal(await found({}, { STORE_URL, SHOAL_DATA: place('elsewhere') }), 'elsewhere');
    assert.equal(await found({}, { STORE_URL, SHOAL_ENV_FILE: file }), 'elsewhere');
    assert.equal(await found({ data: place('given') }, { STORE_URL, SHOAL_ENV_FILE: file }), 'given');
    assert.equal(await found({}, { STORE_URL, HTTP_THREADS: 'x' }), 'store', 'another mistake');
    assert.throws(() => new AdminClient({ data: '~/shoal' }, {}), UsageError);
  });
});
