/** The doctor where no server runs: settings, data directory and machine. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { shoal } from './harness.js';

describe('shoal doctor without a server', () => {
  const directory = mkdtempSync(join(tmpdir(), 'shoal-doctor-'));
  after(() => rmSync(directory, { recursive: true }));
  const env = { STORE_URL: `sqlite:${join(directory, 'new')}` };

  it('finds a machine fit to run one, and a place for data that is not there yet', async () => {
    const { code, out } = await shoal(['doctor', '--json'], env);
    assert.equal(code, 0, out);
    const { findings } = JSON.parse(out) as { findings: { topic: string; state: string; found: string }[] };
    const states = new Map(findings.map(({ topic, state }) => [topic, state]));
    for (const topic of ['settings', 'Node.js', 'uWebSockets.js', 'data directory']) {
      assert.equal(states.get(topic), 'ok', topic);
    }
    assert.equal(states.get('server'), 'warn');
  });

  it('looks at how the kernel hands a port over where another primary may stand by', async () => {
    const topic = 'net.ipv4.tcp_migrate_req';
    const found = async (more: object) => {
      const { out } = await shoal(['doctor', '--json'], { ...env, ...more });
      const { findings } = JSON.parse(out) as { findings: { topic: string; state: string; found: string }[] };
      return findings.find((finding) => finding.topic === topic);
    };
    assert.equal(await found({}), undefined);
    const file = '/proc/sys/net/ipv4/tcp_migrate_req';
    const value = existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
    const { state, found: text } = (await found({ STANDBY: 'wait' })) ?? {};
    assert.equal(text, value);
    assert.equal(state, value === undefined ? undefined : value === '0' ? 'warn' : 'ok');
  });

  it('fails for settings with which no server starts, and names the slips', async () => {
    const bad = await shoal(['doctor'], { ...env, HTTP_THREADS: '0', FISHTEST_PORT: 'x' });
    assert.equal(bad.code, 1);
    assert.match(bad.out, /^FAIL\s+settings\s+FISHTEST_PORT=x: not an integer/m);
    assert.match(bad.out, /^FAIL\s+settings\s+HTTP_THREADS=0: not an integer/m);
    const slip = await shoal(['doctor'], { ...env, SHOAL_MAX_RUN: '9' });
    assert.equal(slip.code, 0);
    assert.match(slip.out, /SHOAL_MAX_RUN is no setting of Shoal; the nearest is SHOAL_MAX_RUNS/);
  });

  it('fails for a store that cannot be read, with what the driver says and what to look at', async () => {
    const { code, out } = await shoal(['doctor'], { STORE_URL: 'mongodb://u:hush@127.0.0.1:1/x' });
    assert.equal(code, 1);
    assert.match(out, /^FAIL\s+store\s+mongodb:\/\/127\.0\.0\.1:1\/x/m);
    assert.match(out, /check that it runs and that the URL.*ECONNREFUSED/);
    assert.doesNotMatch(out, /hush/);
  });
});
