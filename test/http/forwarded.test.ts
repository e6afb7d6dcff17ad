/** The address of a client is the one that trusted proxies tell, in one spelling, or the peer's. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { shoal } from '../cli/harness.js';
import { seed, workerInfo } from '../server/seed.js';
import { ServerProcess } from '../server/server-process.js';
import { Wire } from './wire.js';

const PEER = '127.0.0.1';

describe('the address that proxies tell', () => {
  let directory: string;
  let server: ServerProcess;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'shoal-forwarded-'));
    await seed(`sqlite:${directory}`);
    server = await ServerProcess.start(directory, {
      TRUSTED_PROXIES: '127.0.0.0/8,10.0.0.0/8,2001:db8:ffff::/48',
    });
  });
  after(async () => {
    await server.end('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });

  async function seen(...forwarded: string[]): Promise<string> {
    const wire = new Wire(server.url);
    const lines = forwarded.map((list) => `x-forwarded-for: ${list}\r\n`);
    wire.write(`GET /healthz?client HTTP/1.1\r\nhost: x\r\n${lines.join('')}\r\n`);
    const { body } = await wire.answer();
    wire.destroy();
    return (JSON.parse(body.toString()) as { client: { address: string } }).client.address;
  }

  it('is the last one that is not of a trusted proxy', async () => {
    for (const [told, address] of [
      [['203.0.113.7'], '203.0.113.7'],
      [['198.51.100.1, 203.0.113.7'], '203.0.113.7'],
      [['198.51.100.1', '203.0.113.7'], '203.0.113.7'],
      [['203.0.113.7, 10.1.2.3, 127.0.0.9'], '203.0.113.7'],
      [['203.0.113.7, [2001:db8:ffff::1]:80'], '203.0.113.7'],
      [['10.0.0.1, 10.0.0.2'], '10.0.0.1'],
      [['::ffff:203.0.113.7'], '203.0.113.7'],
      [['2001:DB8:0:0:0:0:0:1'], '2001:db8::1'],
      [['unknown, 203.0.113.7'], '203.0.113.7'],
      [['203.0.113.7, '], '203.0.113.7'],
      [['203.0.113.7, , 10.1.2.3,'], '203.0.113.7'],
      [['203.0.113.7', ' '], '203.0.113.7'],
      [['', '203.0.113.7'], '203.0.113.7'],
      [[' ', '', '198.51.100.1, 203.0.113.7'], '203.0.113.7'],
      [[], PEER],
    ] as const) {
      assert.equal(await seen(...told), address, told.join(' | '));
    }
  });

  it("is the peer's when what they tell is no address", async () => {
    for (const told of [
      'unknown',
      '203.0.113.7;x',
      '203.0.113.7, unknown',
      'unknown, 10.0.0.1',
      'x'.repeat(2000),
      ',',
    ]) {
      assert.equal(await seen(told), PEER, told.slice(0, 40));
    }
  });

  it('counts one machine once for its limit, however it is spelled', async () => {
    const { code, err } = await shoal(['--data', directory, 'user', 'limit', 'joe', '2']);
    assert.equal(code, 0, err);
    const ask = (key: string, address: string) =>
      fetch(`${server.url}/api/request_task`, {
        method: 'POST',
        headers: { 'X-Forwarded-For': address },
        body: JSON.stringify({ password: 'secret', worker_info: workerInfo(key) }),
      }).then((answer) => answer.text());
    const spellings = ['2001:db8::7', '2001:DB8:0:0:0:0:0:7', '[2001:db8::7]:99', '2001:db8::7%eth0'];
    const answers: boolean[] = [];
    for (const [i, address] of spellings.entries()) {
      answers.push((await ask(`k000000${i}`, address)).includes('"task_id"'));
    }
    assert.deepEqual(answers, [true, true, false, false]);
    const wire = new Wire(server.url);
    const body = JSON.stringify({ password: 'secret', worker_info: workerInfo('k0000009') });
    wire.write(
      `POST /api/request_task HTTP/1.1\r\nhost: x\r\nx-forwarded-for:\r\nx-forwarded-for: ${spellings[0]}\r\n` +
        `content-length: ${body.length}\r\n\r\n${body}`,
    );
    const hidden = (await wire.answer()).body.toString();
    wire.destroy();
    assert.ok(!hidden.includes('"task_id"'), hidden);
  });
});
