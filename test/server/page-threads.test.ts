/** Pages have threads of their own: they start with the first page, have a lower priority, and take nothing from workers, whatever befalls them. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Access } from '../../src/swarm/access.js';
import { trialForm } from '../../src/swarm/demo-runs.js';
import { Identity } from '../../src/swarm/identity.js';
import { requestBody } from '../../src/swarm/request-body.js';
import { Random } from '../../src/swarm/seeded-random.js';
import { Site } from './site.js';

const FIXTURE = new URL('./fixtures/page-faults.js', import.meta.url).href;
const NICE = 7;
const LONGEST_MS = 60_000;

async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const latest = performance.now() + LONGEST_MS;
  while (!(await isTrue())) {
    assert.ok(performance.now() < latest, what);
    await sleep(20);
  }
}

describe('page threads', () => {
  let faults: string;
  let site: Site;
  let access: Access;
  let run: string;
  before(async () => {
    faults = await mkdtemp(join(tmpdir(), 'shoal-page-faults-'));
    site = await Site.open({
      NODE_OPTIONS: `--import ${FIXTURE}`,
      PAGE_FAULTS: faults,
      SITE_NICE: `${NICE}`,
    });
    const prepared = await site.prepare([trialForm('branch', 'a test', { num_games: 400_000 })]);
    access = prepared.access;
    run = prepared.runs[0]!;
  });
  after(async () => {
    await site?.close();
    await rm(faults, { recursive: true, force: true });
  });

  const roles = async () => {
    const view = (await (await fetch(`${site.server.adminUrl}/api/_metrics`)).json()) as {
      threads: { role: string; alive: boolean }[];
      pages: { calls: number };
    };
    return { ...view, live: view.threads.filter(({ alive }) => alive).map(({ role }) => role) };
  };
  /** It is read under the run's lock. Who has a cookie gets no other's page of the same second. */
  const page = async () => {
    const headers = { cookie: 'theme=dark' };
    const answer = await fetch(`${site.server.url}/tests/view/${run}`, { headers });
    return { status: answer.status, text: await answer.text() };
  };
  const requestTask = async (number: number) => {
    const identity = new Identity(new Random(7), access.users, number);
    const body = JSON.parse(requestBody(identity, identity.workerInfo(true, false), {}));
    return (await site.server.post('/api/request_task', body)).body;
  };
  const told = (what: RegExp) => site.server.log.some(({ msg }) => what.test(msg));

  it('start with the first page, beside the pool', async () => {
    const { live, pages } = await roles();
    assert.deepEqual([live.includes('page'), pages.calls], [false, 0]);
    assert.equal((await page()).status, 200);
    const now = await roles();
    assert.equal(now.live.filter((role) => role === 'page').length, 1);
    assert.equal(now.pages.calls, 1);
  });

  it('have a lower priority, and no other thread has', { skip: process.platform !== 'linux' }, () => {
    const tasks = `/proc/${site.server.pid}/task`;
    const nices = readdirSync(tasks).map((id) => {
      // The name, in brackets, may hold blanks.
      const fields = readFileSync(`${tasks}/${id}/stat`, 'latin1').split(') ')[1]!.split(' ');
      return Number(fields[16]);
    });
    const own = getPriority();
    assert.deepEqual(
      nices.filter((nice) => nice !== own),
      [Math.min(19, own + NICE)],
    );
  });

  it('that stand still hold up no task', async () => {
    await writeFile(join(faults, 'be-busy'), '');
    await until('a page thread is busy', () => existsSync(join(faults, 'is-busy')));
    const waiting = page();
    let isAnswered = false;
    void waiting.then(() => {
      isAnswered = true;
    });
    for (let number = 0; number < 3; number++) {
      assert.ok('run' in (await requestTask(number)), 'a task was assigned');
    }
    assert.equal(isAnswered, false);
    await rm(join(faults, 'be-busy'));
    assert.equal((await waiting).status, 200);
  });

  it('that die while they make a page, with a lock in the hand, are replaced, and the page comes', async () => {
    await writeFile(join(faults, 'die'), '');
    const { status, text } = await page();
    assert.equal(status, 200);
    assert.match(text, /branch/);
    assert.equal(existsSync(join(faults, 'die')), false, 'a thread died');
    await until('the death is told', () => told(/a page thread ended: another one takes its place/));
    assert.ok('run' in (await requestTask(3)));
  });

  it('that cannot start end no server: pages are refused, and come again when they can', async () => {
    await writeFile(join(faults, 'die-at-start'), '');
    await writeFile(join(faults, 'die'), '');
    const refused = await page();
    assert.equal(refused.status, 503);
    assert.match(refused.text, /try again/i);
    await until('it is told', () => told(/pages are refused/));
    assert.ok('run' in (await requestTask(4)));
    await rm(join(faults, 'die-at-start'));
    await until('pages come again', async () => (await page()).status === 200);
    assert.equal(await site.server.end('SIGTERM'), 0);
    assert.ok(site.server.log.every(({ level }) => level < 60));
  });
});
