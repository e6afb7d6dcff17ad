/** Events, contributors, networks, blocked workers and the SPRT calculator (docs/spec/web-ui.md §11.4), on both stores. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { openStore } from '../../src/store/open-store.js';
import { type MongodbPlace, mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { LIVE } from './lists-seed.js';
import { BLOCKED, EVENTS, NET, OTHERS, seedRecords } from './records-seed.js';
import { checkPhone, onceOnly, PHONE, SiteBrowser, skip, textOf } from './site-browser.js';

const cells = (page: Page, n: number) =>
  page.$$eval(`tbody td:nth-child(${n})`, (all) => all.map((cell) => cell.textContent?.trim() ?? ''));

/** Text and link of the cells of a page's table: the page is read and not drawn, for there are many. */
const readRows = (page: Page, path: string) =>
  page.evaluate<[string, string][][]>(`fetch(${JSON.stringify(path)})
    .then((answer) => answer.text())
    .then((text) => new DOMParser().parseFromString(text, 'text/html').querySelectorAll('tbody tr'))
    .then((rows) => [...rows].map((tr) => [...tr.querySelectorAll('td')]
      .map((td) => [td.textContent.trim(), td.querySelector('a')?.getAttribute('href') ?? ''])))`);

for (const kind of ['SQLite', 'MongoDB'] as const) {
  describe(`pages of records on ${kind}`, { skip: skip || (kind === 'MongoDB' && withoutMongodb) }, () => {
    let site: SiteBrowser;
    let place: MongodbPlace | undefined;
    before(async () => {
      place = kind === 'MongoDB' ? await mongodbPlace() : undefined;
      site = await SiteBrowser.start({}, place?.url, seedRecords);
    });
    after(async () => {
      await site?.stop();
      await place?.remove();
    });
    const open = (page: Page, path: string) => page.goto(`${site.server.url}${path}`);

    it('shows each kind of event with its source, its target and their links', async () => {
      for (const [who, isApprover] of [
        ['bob', false],
        ['cora', true],
      ] as const) {
        const page = await site.member(who, '/actions');
        const name = (username: string) => (isApprover ? `/user/${username}` : `/tests/user/${username}`);
        for (const event of EVENTS) {
          const rows = await readRows(
            page,
            `/actions?action=${event.action}&before=${event.time}&max_count=1`,
          );
          assert.equal(rows.length, 1);
          const [row] = rows;
          assert.ok(row);
          assert.equal(row[1]![0], event.action.replaceAll('_', ' '));
          const isWorkers = event.worker !== undefined && event.action !== 'block_worker';
          assert.equal(row[2]![0], isWorkers ? event.worker : event.username);
          const isPlain = event.action === 'log_message' || event.action === 'system_event';
          assert.equal(row[2]![1], isPlain ? '' : isWorkers ? `/workers/${BLOCKED}` : name(event.username));
          const target = targetOf(event, isApprover);
          assert.deepEqual(row[3], target, event.action);
          assert.equal(row[4]![0], event.message ?? '');
        }
      }
    });

    it('leaves dead tasks and system events out until they are chosen', async () => {
      const page = await site.person('/actions?user=ann');
      const shown = await cells(page, 2);
      assert.equal(shown[0], 'worker log');
      assert.ok(!shown.includes('dead task'));
      await open(page, '/actions?user=system');
      assert.ok(!(await cells(page, 2)).includes('system event'));
      await page.fill('#user', '');
      await page.selectOption('#action', 'dead_task');
      await Promise.all([page.waitForURL(/action=dead_task/), page.click('button.primary')]);
      assert.deepEqual(await cells(page, 2), ['dead task']);
    });

    it('gives each event a permanent link, pages, and a preview', async () => {
      const page = await site.person('/actions?user=ann');
      const link = await page.getAttribute('tbody tr:nth-child(3) td:first-child a', 'href');
      const comment = (await cells(page, 5))[2];
      await open(page, link!);
      assert.deepEqual(await cells(page, 5), [comment]);
      assert.equal(
        await page.getAttribute('meta[property="og:title"]', 'content'),
        'failed task on active-sprt-1234567/3',
      );
      await open(page, '/actions?user=joe&page=999');
      assert.equal(new URL(page.url()).search, '?user=joe&page=3');
      await open(page, '/actions?user=joe&page=2');
      assert.equal((await page.$$('tbody tr')).length, 25);
    });

    it('finds events by part of a name and by words, and sorts them', async () => {
      const page = await site.person('/actions?text=naive');
      assert.deepEqual(await cells(page, 5), ['naïve <b>failure</b>']);
      await open(page, `/actions?text=${encodeURIComponent(`"${BLOCKED}"`)}`);
      assert.equal((await cells(page, 2)).length, 4);
      await open(page, '/actions?user=AN&sort=comment');
      const comments = await cells(page, 5);
      assert.deepEqual(
        comments,
        comments.toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)),
      );
      assert.match(await textOf(page, '.found'), /sorted among the newest 5000/);
      for (const odd of [
        'text=%22',
        'text=-x',
        'before=x',
        'max_count=-1',
        'run_id=zz',
        'action=%3Cb%3E',
        'sort=__proto__',
      ]) {
        assert.equal((await fetch(`${site.server.url}/actions?${odd}`)).status, 200, odd);
      }
    });

    it('ranks contributors, jumps to a name, and finds the visitor', async () => {
      const page = await site.member('ann', '/contributors');
      assert.equal((await page.$$('tbody tr')).length, 100);
      assert.deepEqual((await cells(page, 2)).slice(0, 2), ['ann', 'helper1']);
      assert.equal(await page.$('a[href^="javascript"]'), null);
      assert.match(await textOf(page, '.totals'), /CPU years\s*73\.24/);
      await page.fill('input[name=search]', 'HELPER12');
      await Promise.all([page.waitForURL(/highlight=helper12/), page.press('input[name=search]', 'Enter')]);
      assert.match(await textOf(page, '#me'), /^13\s+helper12/);
      await open(page, '/contributors?search=helper129');
      assert.equal(new URL(page.url()).search, '?page=2&highlight=helper129');
      await open(page, '/contributors?search=nobody');
      assert.match(await textOf(page, '#flashes'), /No contributor is called nobody/);
      await open(page, '/contributors?sort=username&order=asc&findme=1');
      assert.match(await textOf(page, '#me'), /^1\s+ann/);
      await open(page, '/contributors/monthly');
      assert.deepEqual(await cells(page, 2), ['ann']);
    });

    it('lists networks with filters that are remembered', async () => {
      const page = await site.person('/nns');
      assert.equal((await page.$$('tbody tr')).length, 25);
      assert.match(await textOf(page, '.totals'), /Downloads\s*435/);
      await open(page, `/nns?network_name=0123456789AB`);
      assert.deepEqual(await cells(page, 2), [NET]);
      assert.equal(await page.getAttribute('tbody td:nth-child(4) a', 'href'), `/tests/view/${LIVE.sprt}`);
      await open(page, '/nns');
      await page.check('input[type=checkbox][name=master_only]');
      await Promise.all([page.waitForURL(/master_only=1/), page.click('button.primary')]);
      assert.match((await cells(page, 2)).join(), /^nn-aaaaaaaaaaa3.nnue\s+master$/);
      await open(page, '/nns');
      assert.equal((await page.$$('tbody tr')).length, 1);
      await open(page, '/nns?master_only=0&sort=downloads');
      assert.deepEqual((await cells(page, 6)).slice(0, 2), ['29', '28']);
    });

    it('lists blocked workers, with addresses for approvers alone', async () => {
      const page = await site.person('/workers/show');
      assert.deepEqual(await cells(page, 1), [BLOCKED]);
      await open(page, '/workers/show?filter=all-workers&sort=worker');
      assert.deepEqual(await cells(page, 1), [BLOCKED, OTHERS]);
      assert.ok(!(await page.content()).includes('@example.org'));
      const approver = await site.member('cora', '/workers/show?filter=gt-5days');
      const letter = (await approver.getAttribute('tbody td:nth-child(4) a', 'href')) ?? '';
      assert.ok(letter.startsWith('mailto:bob%40example.org?subject='), letter);
      assert.ok(decodeURIComponent(letter).includes('> too many\r\n> time losses'));
    });

    it('lets owners and approvers block workers, with a reason, and logs a change once', async () => {
      const own = 'bob-2cores-dddd0001';
      const page = await site.member('bob', `/workers/${own}`);
      const save = async (onPage: Page) => {
        const answered = onPage.waitForResponse((response) => response.request().method() === 'POST');
        await onPage.click('button.primary');
        const { status } = { status: (await answered).status() };
        await onPage.waitForLoadState();
        return status;
      };
      await page.check('input[name=blocked]');
      assert.equal(await save(page), 422);
      await page.fill('#message', 'x'.repeat(600));
      assert.equal(await save(page), 302);
      assert.match(await textOf(page, '#flashes'), /cut to 500 characters/);
      const reader = await openStore(site.storeUrl).openReader();
      try {
        assert.equal((await reader.worker(own))?.message.length, 500);
        await open(page, `/workers/${own}`);
        await page.fill('#message', 'another reason');
        assert.equal(await save(page), 302);
        assert.equal((await reader.worker(own))?.message, 'another reason');
        const logged = await reader.actions({ kinds: ['block_worker'], username: 'bob', limit: 10 });
        assert.deepEqual(
          logged.map(({ message }) => message),
          ['blocked'],
        );
      } finally {
        await reader.close();
      }
      await open(page, `/workers/${own}`);
      const changes = await page.$$eval('#block-history tbody tr', (rows) =>
        rows.map((row) => [...row.querySelectorAll('td')].slice(1).map((cell) => cell.textContent)),
      );
      assert.deepEqual(changes, [
        ['bob', 'reason changed', 'another reason'],
        ['bob', 'blocked', 'x'.repeat(500)],
      ]);
      await open(page, `/workers/${BLOCKED}`);
      assert.match(await textOf(page, '#flashes'), /another’s worker/);
      const ann = await site.member('ann', `/workers/${BLOCKED}`);
      await ann.uncheck('input[name=blocked]');
      assert.equal(await save(ann), 422);
      assert.match(await textOf(ann, '#message-problem'), /cora has blocked it/);
      await open(ann, '/workers/nonsense');
      assert.match(await textOf(ann, '#flashes'), /no worker’s name/);
    });

    it('calculates a test, keeps what was typed, and tells what is wrong with it', {
      skip: onceOnly(kind),
    }, async () => {
      const page = await site.person('/sprt_calc');
      assert.match(
        await textOf(page, '.chart:first-child svg title, .chart:first-child figcaption'),
        /Chance to pass/,
      );
      assert.match(
        (await page.getAttribute('.chart svg', 'aria-label')) ?? '',
        /5\.00% at Elo0, 95\.00% at Elo1/,
      );
      await page.fill('#elo-1', '0.2');
      await Promise.all([page.waitForURL(/elo-1=0.2/), page.click('button.primary')]);
      assert.match(await textOf(page, '#elo-1-problem'), /At least 0.5 more/);
      assert.equal(await page.inputValue('#elo-1'), '0.2');
      await open(page, '/sprt_calc?draw-ratio=0.99&rms-bias=191');
      assert.match(await textOf(page, '#rms-bias-problem'), /does not go together/);
    });

    it('is accessible on a phone and on a desktop, in the dark and in the light', {
      skip: onceOnly(kind),
    }, async () => {
      for (const [size, options] of [
        ['desktop', {}],
        ['phone', PHONE],
      ] as const) {
        const page = await site.member('cora', '/tests', options);
        for (const [name, path] of [
          ['events', '/actions'],
          ['contributors', '/contributors?highlight=helper3'],
          ['networks', '/nns'],
          ['blocked', '/workers/show?filter=all-workers'],
          ['worker', `/workers/${BLOCKED}`],
          ['sprt-calc', '/sprt_calc'],
        ] as const) {
          await open(page, path);
          await site.checkAccess(page);
          if (size === 'phone') await checkPhone(page);
          await site.screenshots(page, `${name}-${size}`);
        }
      }
      site.assertClean();
    });
  });
}

function targetOf(event: (typeof EVENTS)[number], isApprover: boolean): [string, string] {
  const { run, run_id: runId, task_id: taskId, nn, user, worker, action } = event;
  if (nn !== undefined) return [nn, `/api/nn/${nn}`];
  if (run !== undefined) {
    const task = taskId === undefined ? ['', ''] : [`/${taskId}`, `?show_task=${taskId}`];
    return [`${run}${task[0]}`, `/tests/view/${runId}${task[1]}`];
  }
  if (user !== undefined) return [user, isApprover ? `/user/${user}` : ''];
  return action === 'block_worker' ? [worker!, `/workers/${worker}`] : ['', ''];
}
