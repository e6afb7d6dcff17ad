/** Settings: mistakes all at once, who said what, changes while running, and the table of docs/configuration.md. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ConfigError, describeSettings, readConfig } from '../../src/config/config.js';
import { Settings, withoutCredentials } from '../../src/config/live-settings.js';
import { unknownNames } from '../../src/config/setting-names.js';

const PAGE = fileURLToPath(new URL('../../../docs/configuration.md', import.meta.url));

describe('the configuration', () => {
  it('reports every mistake at once, with the bounds and the meaning', () => {
    const bad = { FISHTEST_PORT: '70000', HTTP_THREADS: 'two', DURABILITY: 'maybe', THREADPOOL_TOKENS: ' ' };
    assert.throws(
      () => readConfig(bad),
      (error: unknown) => {
        assert.ok(error instanceof ConfigError);
        assert.equal(error.problems.length, 4);
        for (const name of Object.keys(bad)) assert.match(error.message, new RegExp(`${name}=.*\\(.+\\)`));
        return true;
      },
    );
  });

  it('takes an empty value for none', () => {
    assert.equal(readConfig({ FISHTEST_PORT: '' }).FISHTEST_PORT, 8000);
  });

  it('points out unknown SHOAL_ names and slips in others, with the nearest setting', () => {
    const env = {
      SHOAL_MAX_TASK: '1',
      SHOAL_NONSENSE: '',
      THREADPOL_TOKENS: '9',
      PATH: '/bin',
      HOME: '/root',
    };
    const found = unknownNames({ ...env, SHOAL_LOCK_CHECK: '1', FISHTEST_PORT: '1' });
    assert.deepEqual(
      found.map(({ name }) => name),
      ['SHOAL_MAX_TASK', 'SHOAL_NONSENSE', 'THREADPOL_TOKENS'],
    );
    assert.equal(found[0]!.nearest, 'SHOAL_MAX_TASKS');
    assert.equal(found[2]!.nearest, 'THREADPOOL_TOKENS');
  });

  it('is in docs/configuration.md as it is', () => {
    const rows = describeSettings().map(({ name, value, meaning, live }) => {
      return `| \`${name}\`${live ? ' \\*' : ''} | ${value === '' ? '' : `\`${value}\``} | ${meaning} |`;
    });
    const table = ['| variable | default | meaning |', '|---|---|---|', ...rows].join('\n');
    const page = readFileSync(PAGE, 'utf8');
    assert.ok(page.includes(table), `docs/configuration.md has to have this table:\n${table}`);
  });
});

describe('the settings of a running server', () => {
  const directory = mkdtempSync(join(tmpdir(), 'shoal-settings-'));
  const file = join(directory, 'shoal.env');
  after(() => rmSync(directory, { recursive: true }));
  const sourceOf = (settings: Settings, name: string) => {
    const { value, source } = settings.view().find((setting) => setting.name === name)!;
    return `${value} ${source}`;
  };

  it('say what each is and who said so', () => {
    writeFileSync(file, '# tuned\nTHREADPOOL_TOKENS=96\n');
    const url = 'mongodb://shoal:se@cret@127.0.0.1/fishtest';
    const settings = new Settings({ SHOAL_ENV_FILE: file, THREADPOOL_TOKENS: '32', STORE_URL: url });
    assert.equal(sourceOf(settings, 'THREADPOOL_TOKENS'), '96 file');
    assert.equal(sourceOf(settings, 'HTTP_THREADS'), '1 default');
    assert.equal(sourceOf(settings, 'STORE_URL'), 'mongodb://127.0.0.1/fishtest environment');
    assert.equal(settings.config.STORE_URL, url);
    assert.equal(withoutCredentials('sqlite:./data'), 'sqlite:./data');
  });

  it('change when they can, and say why not when they cannot', () => {
    const settings = new Settings({});
    const seen: number[] = [];
    settings.onChange = (config) => seen.push(config.TASK_SEMAPHORE_SIZE);
    settings.set('TASK_SEMAPHORE_SIZE', '7');
    assert.deepEqual(seen, [7]);
    assert.equal(sourceOf(settings, 'TASK_SEMAPHORE_SIZE'), '7 set');
    assert.throws(() => settings.set('TASK_SEMAPHORE_SIZE', '0'), /not an integer from 1 to/);
    assert.throws(() => settings.set('FISHTEST_PORT', '1'), /needs a restart/);
    assert.throws(() => settings.set('THREADPOL_TOKENS', '1'), /nearest is THREADPOOL_TOKENS/);
    assert.deepEqual(seen, [7]);
  });

  it('are read again from the file: what can change does, the rest is named', () => {
    writeFileSync(file, 'THREADPOOL_TOKENS=10\nLOG_LEVEL=warn\n');
    const settings = new Settings({ SHOAL_ENV_FILE: file });
    settings.set('LOG_LEVEL', 'debug');
    writeFileSync(file, 'THREADPOOL_TOKENS=20\nHTTP_THREADS=2\nSHOAL_X=1\n');
    const { changed, needRestart, unknown } = settings.reload();
    assert.deepEqual([changed, needRestart], [['THREADPOOL_TOKENS', 'LOG_LEVEL'], ['HTTP_THREADS']]);
    assert.equal(unknown[0]?.name, 'SHOAL_X');
    assert.equal(settings.config.HTTP_THREADS, 1);
    assert.equal(sourceOf(settings, 'LOG_LEVEL'), 'info default');
    writeFileSync(file, 'THREADPOOL_TOKENS=none\n');
    assert.throws(() => settings.reload(), ConfigError);
    assert.equal(settings.config.THREADPOOL_TOKENS, 20);
  });
});
