/** Open pages that are live: what changes on them, and what stays (docs/spec/web-ui.md §11.4, scenario 49 and live parts of others). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { workerInfo } from '../server/seed.js';
import { type SeededRun, seededTask, seedRuns } from './run-seed.js';
import { checkPhone, PHONE, SiteBrowser, skip, submit, textOf } from './site-browser.js';
import { until } from './until.js';

const id = (n: number) => `66f1a2b3c4d5e6f7081922${n.toString(16).padStart(2, '0')}`;
const RUNS = { pending: id(1), active: id(2), ending: id(3), paused: id(4) } as const;
const approved = { approved: true, approver: 'dan' };
const active = (key: string) => seededTask(key, [0, 2, 4, 2, 0], { active: true, num_games: 416 });
const SEEDED: readonly SeededRun[] = [
  { id: RUNS.pending, form: { username: 'bob', new_tag: 'pending-test' } },
  { id: RUNS.active, form: { new_tag: 'active-test' }, head: approved, tasks: ['a001', 'a002'].map(active) },
  { id: RUNS.ending, form: { new_tag: 'ending-test' }, head: approved, tasks: [active('e001')] },
  { id: RUNS.paused, form: { new_tag: 'paused-test', throughput: 0 }, head: approved },
];

/** A worker of the person `joe` that plays what it is given. */
async function playing(site: SiteBrowser, key: string) {
  const worker = { password: 'secret', worker_info: workerInfo(key) };
  const { body } = await site.server.post('/api/request_task', worker);
  assert.ok(body['run'] !== undefined, JSON.stringify(body));
  const place = { run_id: (body['run'] as { _id: string })._id, task_id: body['task_id'] as number };
  let pairs = 0;
  return {
    ...place,
    async report() {
      // An SPRT takes whole batches.
      pairs += 16;
      const pentanomial = [0, 0, pairs, 0, 0];
      const stats = { wins: 0, losses: 0, draws: 2 * pairs, crashes: 0, time_losses: 0, pentanomial };
      const reply = await site.server.post('/api/update_task', { ...worker, ...place, stats });
      assert.deepEqual([reply.body['error'], reply.body['task_alive']], [undefined, true]);
    },
  };
}

/** The page says so itself. */
async function isLive(page: Page): Promise<void> {
  await page.waitForSelector('#live-state[data-state="live"]', { timeout: 60_000 });
}

const text = (page: Page, selector: string) => textOf(page, selector);

describe('open pages that are live', { skip }, () => {
  let site: SiteBrowser;
  before(async () => {
    site = await SiteBrowser.start({}, undefined, (url) => seedRuns(url, SEEDED));
  });
  after(() => site?.stop());

  it('show a worker’s report in the list, and move nothing else', async () => {
    const worker = await playing(site, 'aaaa1111');
    const page = await site.person('/tests');
    await isLive(page);
    await page.click('#paused-toggle');
    await page.waitForSelector('#paused-toggle[aria-expanded="false"]');
    await page.focus('#active-toggle');
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    const box = `#box-${worker.run_id}`;
    await page.evaluate(`document.querySelector('${box}').marker = 'the same element'`);
    const other = await page.innerHTML(`#run-${RUNS.ending}`);
    const before = await text(page, box);
    await worker.report();
    await until(async () => (await text(page, box)) !== before);
    assert.equal(await page.evaluate(`document.querySelector('${box}').marker`), 'the same element');
    assert.equal(await page.innerHTML(`#run-${RUNS.ending}`), other);
    assert.equal(await page.evaluate('document.activeElement.id'), 'active-toggle');
    assert.equal(await page.getAttribute('#paused-toggle', 'aria-expanded'), 'false');
    assert.ok(
      requests.every((url) => !url.includes('live=run_tables')),
      requests.join(),
    );
  });

  it('show a report on the page of the test and in its table of tasks, and keep what somebody has begun', async () => {
    const worker = await playing(site, 'bbbb2222');
    const cora = await site.member('cora', `/tests/view/${worker.run_id}`);
    await isLive(cora);
    await cora.click('#tasks a.button');
    await cora.waitForSelector(`#task-${worker.task_id}`);
    await cora.click('#modify summary');
    await cora.fill('#priority', '-7');
    await cora.focus('#throughput');
    const selected = await cora.evaluate(`(() => {
      const node = document.querySelector('#details-title');
      getSelection().selectAllChildren(node);
      return getSelection().toString();
    })()`);
    const before = await text(cora, '#result');
    await worker.report();
    await until(async () => (await text(cora, '#result')) !== before);
    await until(async () => /^32 \//.test(await text(cora, `#task-${worker.task_id} td:nth-child(5)`)));
    // The link of who is signed in stays.
    assert.ok((await cora.$(`#task-${worker.task_id} td:first-child a[download]`)) !== null);
    assert.equal(await cora.inputValue('#priority'), '-7');
    assert.equal(await cora.evaluate('document.querySelector("#modify").open'), true);
    assert.equal(await cora.evaluate('document.activeElement.id'), 'throughput');
    assert.equal(await cora.evaluate('getSelection().toString()'), selected);
  });

  it('give each of two viewers the controls that are theirs, when the state changes', async () => {
    const path = `/tests/view/${RUNS.pending}`;
    const cora = await site.member('cora', path);
    const dan = await site.member('dan', path);
    const nobody = await site.person(path);
    for (const page of [cora, dan, nobody]) await isLive(page);
    await dan.click('#modify summary');
    await dan.fill('#throughput', '55');
    assert.equal(await submit(cora.locator('form[action="/tests/approve"] button')), 302);
    for (const page of [dan, nobody])
      await page.waitForSelector('#state:text-is("paused"), #state:text-is("active")');
    await dan.waitForSelector('form[action="/tests/approve"]', { state: 'detached', timeout: 60_000 });
    // Half-filled, open, and of one's own.
    assert.equal(await dan.inputValue('#throughput'), '55');
    assert.equal(await dan.evaluate('document.querySelector("#modify").open'), true);
    assert.ok((await dan.$('form[action="/tests/stop"]')) !== null);
    await until(async () => /approval/.test(await text(nobody, '#history')));
    assert.deepEqual(await nobody.$$('#test form'), []);
  });

  it('show a test that ends, and ask no more', async () => {
    const path = `/tests/view/${RUNS.ending}`;
    const page = await site.person(path);
    await isLive(page);
    const list = await site.person('/tests');
    await isLive(list);
    const dan = await site.member('dan', path);
    dan.on('dialog', (dialog) => void dialog.accept());
    assert.equal(await submit(dan.locator('form[action="/tests/stop"] button')), 302);
    await page.waitForSelector('#state:text-is("finished")', { timeout: 60_000 });
    await page.waitForSelector('#live-state', { state: 'hidden', timeout: 60_000 });
    assert.equal(await page.$('[data-live]'), null);
    await list.waitForSelector(`#finished #run-${RUNS.ending}`, { timeout: 60_000 });
    assert.equal(await list.$(`#active #run-${RUNS.ending}`), null);
  });

  it('tell of new events, and approvers of accounts that wait', async () => {
    const page = await site.person('/actions');
    await isLive(page);
    const cora = await site.member('cora', '/tests');
    await isLive(cora);
    await cora.waitForSelector('#pending-count .count', { state: 'attached' });
    const before = await text(cora, '#pending-count');
    const dan = await site.member('dan', '/user/pete');
    assert.equal(await submit(dan.locator('button:has-text("Accept")').first()), 302);
    await page.waitForSelector('#events-news a.news', { timeout: 60_000 });
    assert.match(await text(page, '#events-news'), /^\d+ new events?$/);
    await until(async () => (await text(cora, '#pending-count')) !== before);
    await page.click('#events-news a.news');
    await page.waitForSelector('table.events');
    assert.match(await text(page, 'table.events tbody tr:first-child'), /pete/);
  });

  it('ask when their socket is cut, and are live again by themselves', async () => {
    const page = await site.person('/tests');
    // The page believes that the server went.
    await page.routeWebSocket('**/live', (socket) => {
      const server = socket.connectToServer();
      setTimeout(() => {
        void socket.close({ code: 1012 });
        void server.close();
      }, 3_000);
    });
    await page.reload();
    await isLive(page);
    await page.waitForSelector('#live-state[data-state="asks"]', { timeout: 60_000 });
    assert.match(await text(page, '#live-state'), /^Asks every 20 s$/);
    await isLive(page);
  });

  it('ask where no socket can be had, and are told in a few bytes that nothing is new', async () => {
    const page = await site.person('/tests');
    await page.routeWebSocket('**/live', (socket) => void socket.close({ code: 1013 }));
    await page.reload();
    await page.waitForSelector('#live-state[data-state="asks"]');
    const answers: number[] = [];
    page.on('response', (response) => {
      if (response.url().includes('live=run_tables')) answers.push(response.status());
    });
    const ask = () =>
      page.evaluate("document.querySelector('#run-tables').dispatchEvent(new CustomEvent('poll'))");
    await ask();
    await until(() => answers.length > 0);
    const worker = await playing(site, 'cccc3333');
    const box = `#box-${worker.run_id}`;
    const before = await text(page, box);
    await worker.report();
    await until(async () => {
      await ask();
      return (await text(page, box)) !== before;
    });
    await until(async () => {
      await ask();
      return answers.includes(304);
    });
  });

  it('give their socket up while nobody sees them', async () => {
    const page = await site.person('/tests');
    await isLive(page);
    await page.evaluate(`(() => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
      document.dispatchEvent(new Event('visibilitychange'));
    })()`);
    await page.waitForSelector('#live-state[data-state="asks"]', { timeout: 60_000 });
    await page.evaluate(`(() => {
      delete document.hidden;
      document.dispatchEvent(new Event('visibilitychange'));
    })()`);
    await isLive(page);
  });

  it('say on every screen whether they are, and cover nothing', async () => {
    for (const colorScheme of ['dark', 'light'] as const) {
      for (const [size, options] of [
        ['desktop', {}],
        ['phone', PHONE],
      ] as const) {
        const page = await site.member('cora', '/tests', { ...options, colorScheme });
        for (const [name, path] of [
          ['home', '/tests'],
          ['test', `/tests/view/${RUNS.active}`],
          ['events', '/actions'],
        ] as const) {
          await page.goto(`${site.server.url}${path}`);
          await isLive(page);
          await site.checkAccess(page);
          if (size === 'phone') await checkPhone(page);
          await site.screenshot(page, `live-${name}-${colorScheme}-${size}`);
        }
      }
    }
    site.assertClean();
  });
});
