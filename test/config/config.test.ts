/** Settings: mistakes all at once, who said what, changes while running, and the table of docs/configuration.md. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Settings } from '../../src/config/live-settings.js';
import { ConfigError, describeSettings, readConfig } from '../../src/config/read-config.js';
import { unknownNames } from '../../src/config/setting-names.js';
import { withoutCredentials } from '../../src/config/store-url.js';

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

  it('checks every text: addresses, ranges, hosts, paths, web addresses, tokens', () => {
    const refused: Record<string, readonly string[]> = {
      TRUSTED_PROXIES: [
        '*',
        'my proxy',
        '10.0.0.0/33',
        '10.0.0.0/',
        '10/8',
        '::/129',
        '1.2.3.4:80',
        '[::1]',
        '010.0.0.1',
      ],
      HTTP_HOST: ['[::1]', 'a b', '127.0.0', '300.1.1.1', 'http://x', '-x'],
      ADMIN_HOST: ['localhost:8001', '*', '/run/shoal'],
      FISHTEST_URL: [
        'x.org',
        'http:x.org',
        'ftp://x.org',
        'https://',
        'https://u:p@x.org',
        'http://x.org/?a',
        'http://a b',
        'http://x.org:0/',
        'http://x.org:65536/',
        'http:///x.org',
        'https://\\x.org',
        'https://x.org\\a',
      ],
      FISHTEST_NN_URL: ['Own', 'x.org'],
      GITHUB_API_URL: ['api.github.com', 'https://x.org/#'],
      STORE_URL: [
        './data',
        'sqlite3:/x',
        'sqlite:',
        'sqlite://data',
        'sqlite:~/shoal',
        'sqlite:~',
        'sqlite:./data ',
        'sqlite: ',
        'sqlite:./data?mode=ro',
        'sqlite:./data#x',
        'postgres://x',
        'mongodb://h/a.b',
        'mongodb://h/a b',
        'mongodb://h/a%2fb',
        'mongodb://h/%zz',
        `mongodb://h/${'x'.repeat(64)}`,
      ],
      SHOAL_DATA: ['~/shoal', '~', '~joe/data', 'a\0b', '/var/lib/shoal ', ' ', '\u00a0/x', './x\n'],
      SHOAL_NETS: ['./nets\r'],
      SHOAL_ENV_FILE: ['~/shoal.env'],
      TLS_CERT_FILE: ['~/cert.pem', 'a\0b'],
      TLS_KEY_FILE: ['~joe/key.pem'],
      FISHTEST_PRIMARY_PORT: ['x', '8.5', '70000', '8000 '],
      GH_TOKEN: ['two words', 'a\nb', 'é'],
      WEB_HOOK_URLS: [
        'hook',
        'http://example.org/',
        'http://localhost.example.org/',
        'http://127.0.0.1.example.org/',
        'ftp://x.org',
        'https://u:p@x.org',
        'https://x.org,http://10.0.0.1/',
        'http://localhost:0/',
        Array.from({ length: 11 }, (_, i) => `https://x.org/${i}`).join(','),
      ],
      WEB_HOOK_SECRET: ['secret', 'whsec_', 'whsec_c2hvcnQ=', `whsec_${'a'.repeat(100)}`],
    };
    for (const [name, texts] of Object.entries(refused)) {
      for (const text of texts) {
        assert.throws(() => readConfig({ [name]: text }), ConfigError, `${name}=${text}`);
      }
    }
    const accepted: Record<string, readonly string[]> = {
      TRUSTED_PROXIES: [
        '10.0.0.0/8',
        '127.0.0.1, ::1',
        '2001:DB8::/32,192.0.2.1',
        '::ffff:10.0.0.0/104',
        '0.0.0.0/0',
      ],
      HTTP_HOST: ['::', '127.0.0.1', 'localhost', 'farm-1.example.org', 'fe80::1%eth0'],
      FISHTEST_URL: ['https://tests.example.org', 'http://[::1]:8080/pages/'],
      FISHTEST_NN_URL: ['own', '', 'https://nets.example.org'],
      STORE_URL: ['sqlite:./~x', 'sqlite:/a/~b', 'mongodb://a:1,b:2/x', 'mongodb+srv://u:p@c.example.org/x'],
      SHOAL_DATA: ['/var/lib/shoal', './~'],
      FISHTEST_PRIMARY_PORT: ['-1', '8000', ''],
      WEB_HOOK_URLS: [
        'https://x.org/a?token=b, http://localhost:1/,',
        'http://127.0.0.1:8/',
        'http://[::1]/x',
      ],
      WEB_HOOK_SECRET: [`whsec_${'A'.repeat(43)}=`],
    };
    for (const [name, texts] of Object.entries(accepted)) {
      for (const text of texts) readConfig({ [name]: text });
    }
    for (const { name, value } of describeSettings()) readConfig({ [name]: value });
  });

  it('takes numbers in decimal digits alone', () => {
    const numbers = describeSettings().filter(({ value }) => /^\d+$/.test(value));
    assert.ok(numbers.length > 20);
    for (const { name, value } of numbers) {
      assert.equal(readConfig({ [name]: `00${value}` })[name as 'HTTP_THREADS'], Number(value));
      const others = [
        `0x${Number(value).toString(16)}`,
        `0b1`,
        `${value}e0`,
        `${value}.0`,
        `+${value}`,
        `${value}n`,
      ];
      for (const text of [
        ...others,
        ` ${value}`,
        `${value} `,
        `${value}\n`,
        '1_000',
        '٣',
        '-0',
        '9'.repeat(400),
      ]) {
        assert.throws(() => readConfig({ [name]: text }), /not an integer from/, `${name}=${text}`);
      }
    }
    assert.throws(() => new Settings({}).set('TASK_SEMAPHORE_SIZE', '1e2'), /not an integer from 1 to/);
  });

  it('shows no secret in what it says of a mistake', () => {
    for (const env of [
      { GH_TOKEN: 'hush hush' },
      { STORE_URL: 'postgres://u:hush@x/y' },
      { STORE_URL: 'mongodb://u:pass/hush@x/y' },
      { WEB_HOOK_URLS: 'http://x.org/hush' },
      { WEB_HOOK_SECRET: 'hush' },
    ]) {
      assert.throws(
        () => readConfig(env),
        ({ message }: Error) => !message.includes('hush') && /GH_TOKEN|STORE_URL|WEB_HOOK/.test(message),
      );
    }
  });

  it('refuses equal ports of two listeners that would meet, and no others', () => {
    const both = (more: Record<string, string>) => () =>
      readConfig({ FISHTEST_PORT: '8001', ADMIN_PORT: '8001', ...more });
    for (const more of [
      {},
      { HTTP_HOST: '127.0.0.1' },
      { ADMIN_HOST: '::' },
      { FISHTEST_PRIMARY_PORT: '8001' },
      { HTTP_HOST: 'localhost', ADMIN_HOST: '127.0.0.1' },
      { HTTP_HOST: '::1', ADMIN_HOST: 'localhost' },
      { HTTP_HOST: '0:0:0:0:0:0:0:0' },
      { HTTP_HOST: '::ffff:127.0.0.1' },
      { HTTP_HOST: '0:0:0:0:0:0:0:1', ADMIN_HOST: '::1' },
      { HTTP_HOST: 'LocalHost', ADMIN_HOST: 'localhost' },
    ]) {
      assert.throws(both(more), /ADMIN_PORT=8001: .*FISHTEST_PORT=8001/);
    }
    both({ HTTP_HOST: '127.0.0.2' })();
    both({ ADMIN_HOST: '::1' })();
    // A secondary has no admin API, and often the port that a primary's has.
    both({ FISHTEST_PRIMARY_PORT: '8000' })();
    readConfig({ FISHTEST_PORT: '0', ADMIN_PORT: '0' });
    assert.throws(
      () => readConfig({ FISHTEST_PORT: 'x', ADMIN_PORT: '8000', HTTP_HOST: '?' }),
      ({ problems }: ConfigError) => problems.length === 2,
    );
  });

  it('refuses more threads than may share the memory', () => {
    const many = { HTTP_THREADS: '16', THREADPOOL_THREADS: '32' };
    assert.throws(() => readConfig(many), /HTTP_THREADS=16.*these make 67 threads, of 60 at most/);
    readConfig({ ...many, SITE: 'off' });
    // Each front thread has as many as the others.
    assert.throws(
      () => readConfig({ HTTP_THREADS: '15', THREADPOOL_THREADS: '32', SITE: 'off' }),
      /63 threads/,
    );
    readConfig({ HTTP_THREADS: '16', THREADPOOL_THREADS: '16' });
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
    for (const slip of ['THREADPOL_TOKENS', 'threadpool_tokens']) {
      assert.throws(() => settings.set(slip, '1'), /nearest is THREADPOOL_TOKENS/);
    }
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

  it('come from a file of which no line is left out in silence', () => {
    const read = (text: string) => {
      writeFileSync(file, text);
      return new Settings({ SHOAL_ENV_FILE: file });
    };
    const good =
      '\ufeffHTTP_THREADS=2\r\n\r\n# a = comment\r\nexport LOG_LEVEL = "warn"\nGH_TOKEN=\'a\nb=c\nd\'\n';
    assert.throws(() => read(good), /GH_TOKEN/);
    const { config } = read(good.replace('GH_TOKEN', 'FISHTEST_AUTHENTICATION_SECRET'));
    assert.deepEqual([config.HTTP_THREADS, config.LOG_LEVEL], [2, 'warn']);
    assert.equal(config.FISHTEST_AUTHENTICATION_SECRET, 'a\nb=c\nd');
    for (const line of ['HTTP_THREADS 2', 'HTTP_THREADS: 2', '2=HTTP_THREADS', 'hush', '; LOG_LEVEL=warn']) {
      assert.throws(
        () => read(`LOG_LEVEL=warn\n${line}\n`),
        ({ message }: Error) => /line 2 is neither NAME=value/.test(message) && !message.includes('hush'),
        line,
      );
    }
  });
});
