/** Web hooks: what ends is told in order and signed, what is refused is told later, over a restart too, and nothing twice. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type WebHookNews, WebHooks } from '../../src/jobs/web-hooks.js';
import { operatorNamed } from '../../src/operations/actor.js';
import { logAction, pushItem, withSystem } from '../../src/operations/changes.js';
import { stopRun } from '../../src/operations/run/close-run.js';
import { buildRun } from '../../src/operations/run/new-run.js';
import { Farm } from '../golden/farm.js';
import { RUN_FORM, RUN_ID } from '../server/seed.js';
import { ServerProcess } from '../server/server-process.js';
import { HttpMember } from '../site/http-member.js';
import { seedPeople } from '../site/site-seed.js';
import { until } from '../site/until.js';

const KEY = Buffer.alloc(32, 7);
const SECRET = `whsec_${KEY.toString('base64')}`;
const DAY_MS = 86_400_000;
const OPERATOR = operatorNamed('cora');

interface Taken {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver; `status` 0: it never answers. */
class Receiver {
  readonly taken: Taken[] = [];
  readonly refused: Taken[] = [];
  status = 204;
  readonly #server: Server;

  constructor() {
    this.#server = createServer(async (request, response) => {
      let body = '';
      for await (const piece of request) body += String(piece);
      const { status } = this;
      (status === 204 ? this.taken : this.refused).push({ headers: request.headers, body });
      if (status === 302) response.setHeader('location', '/elsewhere');
      if (status > 0) response.writeHead(status).end();
    });
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook?token=x`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get ids(): string[] {
    return this.taken.map(({ headers }) => String(headers['webhook-id']));
  }
}

let farm: Farm;
const first = new Receiver();
const second = new Receiver();
let urls: string[];
const news: WebHookNews[] = [];
/** When the addresses had their places. */
let begun: number;
const { signal } = new AbortController();
before(async () => {
  urls = [await first.start(), await second.start()];
  farm = await Farm.open({ users: [], workers: [], runs: [], keyValues: [] }, Date.now());
});
after(async () => {
  first.stop();
  second.stop();
  await farm.stop();
  await farm.remove();
});

function hooks(settings: { urls?: readonly string[]; answerMs?: number } = {}): WebHooks {
  const { state, reader } = farm;
  return new WebHooks({
    state,
    reader,
    urls,
    secret: SECRET,
    publicUrl: 'https://tests.example.org/',
    pauseMs: 0,
    onNews: (each) => news.push(each),
    ...settings,
  });
}

async function runJob(job: WebHooks, steady?: number): Promise<number> {
  await farm.drain();
  const taken = await job.run(signal, steady);
  await farm.drain();
  return taken;
}

async function addRun(id: string): Promise<void> {
  const form = { ...RUN_FORM, new_tag: 'idea' };
  await farm.addRun({ ...buildRun(form, Date.now(), id), approved: true, approver: 'jane' });
}

function finish(name: string, at = Date.now()): void {
  withSystem(farm.state, (slot) =>
    logAction(farm.state, slot, at, 'finished_run', {
      username: 'joe',
      run_id: '9'.repeat(24),
      run: `${name}-2cd95c5`,
      message: 'Result:accepted',
    }),
  );
  farm.state.commits.next();
}

test('a receiver that refuses first and takes then gets each end once, in order, signed', async () => {
  const id = '1'.repeat(24);
  await addRun(id);
  finish('before there was a hook');
  await farm.drain();
  const job = hooks();
  assert.equal(await runJob(job, 0), 0, 'a new address begins now');
  begun = Date.now();

  stopRun(farm.state, OPERATOR, id, Date.now(), 'enough');
  finish('second');
  first.status = 500;
  assert.equal(await runJob(job, 0), 2, 'one address does not hold up the other');
  assert.equal(first.refused.length, 1, 'the first message waits, and those after it');
  assert.match(news.at(-1)!.problem!, /^answer 500; tried again in 5 s$/);
  assert.ok(!JSON.stringify(news).includes('token'));
  assert.equal(await runJob(job, 4_999), 0);
  assert.equal(first.refused.length, 1, 'it is not asked again so soon');
  first.status = 302;
  await runJob(job, 5_000);
  assert.match(news.at(-1)!.problem!, /tried again in 10 s$/);
  first.status = 204;
  assert.equal(await runJob(job, 15_000), 2);
  assert.equal(news.at(-1)!.problem, undefined, 'it is told that it works again');
  assert.equal(await runJob(job, 16_000), 0, 'nothing is told twice');
  assert.deepEqual(first.ids, second.ids);
  assert.equal(first.refused[0]!.headers['webhook-id'], first.ids[0], 'a message keeps its id');

  const { headers, body } = first.taken[0]!;
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const mac = createHmac('sha256', KEY).update(signed).digest('base64');
  assert.equal(headers['webhook-signature'], `v1,${mac}`);
  const { type, data } = JSON.parse(body);
  assert.equal(type, 'test.stopped');
  assert.deepEqual(
    [data.id, data.url, data.owner, data.kind, data.new_tag, data.outcome, data.stopped_by, data.message],
    [
      id,
      `https://tests.example.org/tests/view/${id}`,
      'joe',
      'games',
      'idea',
      '',
      'cora',
      'User stop: enough',
    ],
  );
  assert.equal(data.results.wins, 0);
  const other = JSON.parse(first.taken[1]!.body);
  assert.equal(other.type, 'test.finished', 'the event is told where the store has no such test');
  assert.equal(other.data.name, 'second-2cd95c5');
});

test('what was not taken is told after a restart, by another process, and what was is not', async () => {
  const already = first.ids.length;
  first.status = 503;
  finish('third');
  finish('readable late', begun);
  await runJob(hooks(), 0);
  assert.equal(first.ids.length, already);
  assert.equal(second.ids.length, already + 2);
  await farm.restart();
  first.status = 204;
  assert.equal(await runJob(hooks()), 2);
  assert.deepEqual(new Set(first.ids), new Set(second.ids));
  assert.equal(new Set(first.ids).size, first.ids.length, 'each once');
  assert.equal(await runJob(hooks()), 0);
});

test('a receiver that does not answer is given up in time, and what is too old altogether', async () => {
  const job = hooks({ urls: [urls[0]!], answerMs: 50 });
  first.status = 0;
  finish('fourth');
  assert.equal(await runJob(job, 0), 0);
  assert.match(news.at(-1)!.problem!, /^no answer in time/);
  first.status = 204;
  const copied = { from: Date.now() / 1_000 - 30 * 86_400, done: {} };
  const places = (await farm.reader.keyValue('shoal_web_hooks')) as Record<string, unknown>;
  const value = Object.fromEntries(Object.keys(places).map((name) => [name, copied]));
  withSystem(farm.state, (slot) => {
    pushItem(farm.state, slot, { kind: 'keyValue', key: 'shoal_web_hooks', value });
  });
  finish('days ago', Date.now() - 4 * DAY_MS);
  farm.state.commits.next();
  await farm.drain();
  const before = first.ids.length;
  await runJob(hooks({ urls: [urls[0]!] }));
  const names = first.taken.slice(before).map(({ body }) => JSON.parse(body).data.name);
  assert.ok(names.includes('fourth-2cd95c5') && !names.includes('days ago-2cd95c5'), names.join());
});

test('what ends after the clock stepped back is told at once, and once', async () => {
  const places = (await farm.reader.keyValue('shoal_web_hooks')) as Record<string, unknown>;
  const ahead = { from: Date.now() / 1_000 + 7_200, done: {} };
  const value = Object.fromEntries(Object.keys(places).map((name) => [name, ahead]));
  withSystem(farm.state, (slot) => {
    pushItem(farm.state, slot, { kind: 'keyValue', key: 'shoal_web_hooks', value });
  });
  farm.state.commits.next();
  await farm.drain();
  const job = hooks({ urls: [urls[0]!] });
  assert.equal(await runJob(job), 0);
  const before = first.taken.length;
  finish('after the step');
  assert.equal(await runJob(job), 1);
  assert.equal(await runJob(job), 0);
  const names = first.taken.slice(before).map(({ body }) => JSON.parse(body).data.name);
  assert.deepEqual(names, ['after the step-2cd95c5']);
  assert.equal(await runJob(hooks({ urls: [urls[0]!] })), 0, 'nor after a restart');
});

test('a server tells the addresses of its settings, and its log keeps them secret', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-web-hooks-'));
  await seedPeople(`sqlite:${directory}`);
  const receiver = new Receiver();
  receiver.status = 500;
  const server = await ServerProcess.start(directory, {
    SHOAL_GITHUB: 'off',
    WEB_HOOK_URLS: await receiver.start(),
    WEB_HOOK_SECRET: SECRET,
  });
  try {
    // A new address begins when the job first runs.
    const job = /^shoal_job_runs_total\{job="tell web hooks"\} [1-9]/m;
    await until(async () => job.test(await (await fetch(`${server.adminUrl}/metrics`)).text()));
    const cora = await HttpMember.signIn(server.url, 'cora');
    const form = new URLSearchParams({ 'run-id': RUN_ID, csrf_token: cora.token, reason: 'seen' });
    assert.equal((await cora.post('/tests/stop', form)).status, 302);
    await until(() => receiver.refused.length > 0);
    receiver.status = 204;
    await until(() => receiver.taken.length > 0);
    const { data } = JSON.parse(receiver.taken[0]!.body);
    assert.deepEqual([data.id, data.url, data.stopped_by], [RUN_ID, `/tests/view/${RUN_ID}`, 'cora']);
    assert.ok(receiver.taken[0]!.headers['webhook-signature'] !== undefined);
    assert.equal(await server.end('SIGTERM'), 0);
    const log = JSON.stringify(server.log);
    assert.match(log, /a web hook did not take a message/);
    assert.ok(!log.includes('token=x') && !log.includes(SECRET));
  } finally {
    await server.end('SIGTERM');
    receiver.stop();
    await rm(directory, { recursive: true, force: true });
  }
});
