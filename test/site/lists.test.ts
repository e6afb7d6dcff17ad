/** Lists of tests and workers as people see them (docs/spec/web-ui.md §11.4), on both stores. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { workerInfo } from '../server/seed.js';
import { type MongodbPlace, mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { FINISHED, finishedId, LIVE, OLD_IDS, recordedBoxes, seedLists } from './lists-seed.js';
import { checkPhone, onceOnly, PHONE, SiteBrowser, skip, textOf } from './site-browser.js';

const LISTED = FINISHED - 1 + OLD_IDS.length;

/** A page's policy lets no text be run as a condition to wait for. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (await holds()) return;
    await sleep(100);
  }
  throw new Error(`in a minute it did not come to: ${holds}`);
}

const rowsOf = (page: Page, panel: string) =>
  page.$$eval(`#${panel} tbody .branch a:first-of-type`, (links) =>
    links.map((link) => link.getAttribute('href')?.replace('/tests/view/', '')),
  );

for (const kind of ['SQLite', 'MongoDB'] as const) {
  describe(`lists on ${kind}`, { skip: skip || (kind === 'MongoDB' && withoutMongodb) }, () => {
    let site: SiteBrowser;
    let place: MongodbPlace | undefined;
    before(async () => {
      place = kind === 'MongoDB' ? await mongodbPlace() : undefined;
      site = await SiteBrowser.start({}, place?.url, (url) => seedLists(url));
    });
    after(async () => {
      await site?.stop();
      await place?.remove();
    });

    it('puts each test into its panel, in order, and counts them', async () => {
      const page = await site.person('/tests');
      assert.deepEqual(await rowsOf(page, 'pending'), [LIVE.pending]);
      assert.deepEqual((await rowsOf(page, 'paused')).includes(LIVE.paused), true);
      assert.deepEqual(await rowsOf(page, 'active'), [LIVE.sprt, LIVE.long, LIVE.games, LIVE.spsa]);
      assert.deepEqual(await rowsOf(page, 'failed'), [finishedId(FINISHED - 2)]);
      const newest = Array.from({ length: 25 }, (_, i) => finishedId(FINISHED - 2 - i));
      assert.deepEqual(await rowsOf(page, 'finished'), newest);
      // The failed one is in two panels.
      const names = await page.$$eval('[id]', (all) => all.map(({ id }) => id));
      assert.deepEqual(
        names.filter((name, i) => names.indexOf(name) !== i),
        [],
      );
      assert.match(await textOf(page, '#active-toggle'), /^Active\s+4 tests$/);
      assert.match(await textOf(page, '#finished-toggle'), new RegExp(`^Finished\\s+${LISTED} tests$`));
      assert.match(await textOf(page, '#machines-toggle'), /^Workers\s+7$/);
      assert.match(await textOf(page, '.totals'), /Cores\s*78/);
    });

    it('shows the recorded boxes with their colours, and old documents', async () => {
      const page = await site.person('/tests/finished?page=2');
      const shown = new Map<string, { text: string; colour: string }>();
      for (const number of [1, 2, 3]) {
        await page.goto(`${site.server.url}/tests/finished?page=${number}`);
        const rows = await page.$$eval('tbody tr', (all) =>
          all.map((row) => {
            const box = row.querySelector('.box')!;
            return { id: row.id.slice(4), text: box.textContent!, colour: box.className };
          }),
        );
        for (const { id, text, colour } of rows) shown.set(id, { text, colour });
      }
      assert.equal(shown.size, LISTED);
      const colours: Record<string, string> = {
        '#44EB44': 'green',
        '#FF6A6A': 'red',
        yellow: 'yellow',
        '#66CCFF': 'blue',
        '': 'plain-result',
      };
      const boxes = await recordedBoxes();
      assert.ok(boxes.length > 10);
      boxes.forEach(({ box }, i) => {
        const { text, colour } = shown.get(finishedId(i))!;
        assert.equal(text, box.info.join('\n'));
        assert.ok(colour.split(' ').includes(colours[box.style]!), `${colour} for ${box.style}`);
      });
      for (const id of OLD_IDS) assert.match(shown.get(id)!.text, /Total: 490/);
      // The page of each test, finished and live, has the box of the list, and for a fixed number of games one line more.
      for (const [id, { text, colour }] of shown) {
        const answer = await fetch(`${site.server.url}/tests/view/${id}`);
        assert.equal(answer.status, 200, id);
        const [, classes, lines] = /<pre class="box large ([\w-]*)">([^<]*)/.exec(await answer.text())!;
        assert.ok(colour.split(' ').includes(classes!), `${id}: ${classes} and ${colour}`);
        const decoded = lines!.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
        assert.ok(decoded === text || decoded.startsWith(`${text}\nnElo: `), `${id}: ${decoded} and ${text}`);
      }
    });

    it('filters active tests, also without scripts, and remembers it', { skip: onceOnly(kind) }, async () => {
      for (const javaScriptEnabled of [true, false]) {
        const page = await site.person('/tests', { javaScriptEnabled });
        const settle = async (act: () => Promise<unknown>) => {
          const answered = page.waitForResponse((response) => response.url().includes('/tests?'));
          await act();
          await answered;
          if (!javaScriptEnabled) await page.waitForLoadState();
        };
        const apply = async (name: string) => {
          if (javaScriptEnabled) await settle(() => page.click(`#filter-${name}`));
          else {
            await page.click(`#filter-${name}`);
            await settle(() => page.click('#active-filters button.plain-only'));
          }
        };
        await settle(() => page.click('#filter-button'));
        await page.waitForSelector('#filter-spsa');
        await apply('spsa');
        await page.waitForSelector(`#run-${LIVE.spsa}`, { state: 'detached' });
        await apply('ltc');
        await page.waitForSelector(`#run-${LIVE.long}`, { state: 'detached' });
        assert.match(await textOf(page, '#active-toggle'), /^Active\s+2 \(4\) tests$/);
        await page.reload();
        assert.match(await textOf(page, '#active-toggle'), /^Active\s+2 \(4\) tests$/);
        await apply('stc');
        await page.waitForSelector('#active .empty');
        assert.match(await textOf(page, '#active-toggle'), /^Active\s+0 \(4\) tests$/);
      }
    });

    it('closes a panel and keeps it closed, with and without scripts', { skip: onceOnly(kind) }, async () => {
      for (const javaScriptEnabled of [true, false]) {
        const page = await site.person('/tests', { javaScriptEnabled });
        await page.focus('#paused-toggle');
        await page.keyboard.press('Enter');
        await page.waitForSelector('#paused-toggle[aria-expanded="false"]');
        assert.deepEqual(await rowsOf(page, 'paused'), []);
        if (javaScriptEnabled) {
          assert.equal(await page.evaluate('document.activeElement.id'), 'paused-toggle');
        }
        await page.reload();
        assert.equal(await page.getAttribute('#paused-toggle', 'aria-expanded'), 'false');
        assert.equal(await page.getAttribute('#pending-toggle', 'aria-expanded'), 'true');
      }
    });

    it('searches by part of a name and by words, at an address of its own', async () => {
      const page = await site.person('/tests/finished?user=an&success_only=1');
      assert.equal(new URL(page.url()).search, '?mode=search&user=an');
      const owners = await page.$$eval('tbody .user a', (links) =>
        links.map((link) => link.getAttribute('title')),
      );
      assert.equal(owners.length, 25);
      assert.deepEqual([...new Set(owners)], ['ann', 'dan']);
      await page.fill('#user', '');
      await page.fill('#text', '"history move" -king');
      await Promise.all([page.waitForURL(/text=/), page.click('button.primary')]);
      const infos = await page.$$eval('tbody .info', (cells) => cells.map((cell) => cell.textContent ?? ''));
      assert.equal(infos.length, 12);
      for (const info of infos) assert.match(info, /history move ordering/);
      await page.goto(`${site.server.url}/tests/finished?mode=search&text=%22%29%20OR%20*`);
      assert.match(await textOf(page, '.empty'), /No finished test fits/);
      await page.goto(`${site.server.url}/tests/finished?mode=search&user=a&max_count=5`);
      assert.match(await textOf(page, '.found'), /Shown 5 of 5 \(at most 5/);
    });

    it('tells an owner, and nobody else, what ended since the last visit', async () => {
      const page = await site.member('ann', '/tests/user/ann');
      assert.equal(await page.$('#ended-title'), null, 'there was no visit before');
      const name = `user${Buffer.from('ann').toString('hex')}_seen`;
      const see = async (value: string) => {
        await page.context().addCookies([{ name, value, url: site.server.url }]);
        await page.goto(`${site.server.url}/tests/user/ann`);
      };
      await see('0.0');
      assert.equal(await textOf(page, 'section:has(#ended-title) li:last-child'), 'and 8 more below');
      await page.reload();
      assert.notEqual(await page.$('#ended-title'), null, 'it is one visit');
      await see(`0.${Date.now() - 3_600_000}`);
      assert.equal(await page.$('#ended-title'), null);
      await see('x.y');
      assert.equal(await page.$('#ended-title'), null);
      await see('0.0');
      await page.goto(`${site.server.url}/tests/user/bob`);
      assert.equal(await page.$('#ended-title'), null);
    });

    it('leads a page too far to the last, and one that is none to the first', async () => {
      const page = await site.person('/tests/finished?page=999');
      assert.equal(new URL(page.url()).search, '?page=3');
      for (const odd of ['0', '-3', 'x', '1e99', '2.5', '0x2', '0b10', '', '%20']) {
        const answer = await fetch(`${site.server.url}/tests/finished?page=${odd}`);
        assert.equal(answer.status, 200, odd);
      }
      const hex = await fetch(`${site.server.url}/tests/finished?page=0x99`, { redirect: 'manual' });
      assert.equal(hex.status, 200);
      await page.goto(`${site.server.url}/tests/finished?yellow_only=1`);
      assert.equal((await page.$$('tbody tr')).length, 20);
      await page.goto(`${site.server.url}/tests/machines?page=999`);
      assert.equal((await page.$$('tbody tr')).length, 7);
    });

    it('shows the tests of one owner, and 404 for nobody', async () => {
      const page = await site.member('ann', '/tests/user/ann');
      assert.deepEqual(await rowsOf(page, 'pending'), [LIVE.pending]);
      assert.deepEqual(await rowsOf(page, 'active'), [LIVE.sprt]);
      assert.equal(await page.$(`#run-${LIVE.games}`), null);
      assert.equal((await fetch(`${site.server.url}/tests/user/nobody`)).status, 404);
    });

    it('sorts, searches and narrows workers, and remembers how', { skip: onceOnly(kind) }, async () => {
      const page = await site.member('ann', '/tests');
      await page.click('#machines-toggle');
      await page.waitForSelector('#machines-table tbody tr');
      const column = (n: number) =>
        page.$$eval(`#machines-table td:nth-child(${n})`, (cells) =>
          cells.map((cell) => cell.textContent?.trim()),
        );
      const sort = async (name: string) => {
        const answered = page.waitForResponse((response) => response.url().includes(`sort=${name}`));
        await page.click(`#machines-table th a:text-is("${name === 'cores' ? 'Cores' : 'Python'}")`);
        await answered;
      };
      await sort('cores');
      await page.waitForSelector('th[aria-sort="descending"]:has-text("Cores")');
      assert.deepEqual(await column(2), ['32', '16', '8', '7', '6', '5', '4']);
      await sort('python');
      await page.waitForSelector('th[aria-sort="descending"]:has-text("Python")');
      assert.deepEqual((await column(9)).slice(2, 5), ['3.12.1', '3.9.1', '3.9.1']);
      await page.fill('#machines-q', 'windows');
      await until(async () => (await page.$$('#machines-table tbody tr')).length === 3);
      assert.match(await textOf(page, '#machines-table [role=status]'), /^3 \(7\) workers/);
      await page.fill('#machines-q', '');
      await until(async () => (await page.$$('#machines-table tbody tr')).length === 7);
      await page.click('#machines-own');
      await until(async () => (await page.$$('#machines-table tbody tr')).length === 2);
      await page.reload();
      assert.deepEqual(await column(1), ['ann', 'ann DE']);
      assert.equal(await page.isChecked('#machines-own'), true);
    });

    it('shows news of a worker on an open page without moving anything else', {
      skip: onceOnly(kind),
    }, async () => {
      const page = await site.person('/tests');
      await page.click('#paused-toggle');
      await page.waitForSelector('#paused-toggle[aria-expanded="false"]');
      await page.focus('#active-toggle');
      const before = await textOf(page, '.totals');
      const { body } = await site.server.post('/api/request_task', {
        password: 'secret',
        worker_info: workerInfo(`${kind === 'SQLite' ? 'd' : 'e'}aaa1111`),
      });
      assert.ok(body['run'] !== undefined, JSON.stringify(body));
      // What is kept for a moment has to grow old.
      await sleep(700);
      await page.evaluate("document.querySelector('#run-tables').dispatchEvent(new CustomEvent('poll'))");
      await until(async () => (await textOf(page, '.totals')) !== before);
      assert.equal(await page.evaluate('document.activeElement.id'), 'active-toggle');
      assert.equal(await page.getAttribute('#paused-toggle', 'aria-expanded'), 'false');
    });

    it('answers a part of the page that has not changed with 304', { skip: onceOnly(kind) }, async () => {
      const headers = { 'HX-Request': 'true' };
      const path = `${site.server.url}/tests/machines?q=nothing-like-it`;
      const first = await fetch(path, { headers });
      const tag = first.headers.get('etag') ?? '';
      assert.match(tag, /^W\//);
      const again = await fetch(path, { headers: { ...headers, 'If-None-Match': tag } });
      assert.equal(again.status, 304);
      const plain = await fetch(`${site.server.url}/tests?live=run_tables`, { redirect: 'manual' });
      assert.equal(plain.headers.get('location'), '/tests');
    });

    it('shows what people wrote as text, and only web addresses as links', {
      skip: onceOnly(kind),
    }, async () => {
      const page = await site.person('/tests/finished');
      assert.equal(await page.$('tbody img'), null);
      const links = await page.$$eval('.info a', (all) => all.map((link) => link.getAttribute('href')));
      assert.deepEqual([...new Set(links)], ['https://example.org/notes?a=1']);
      const text = await page.textContent(`#run-${finishedId(FINISHED - 7)} .info`);
      assert.ok(text!.includes('<img src=x') && text!.includes('□reversed'), text!);
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
          ['home', '/tests'],
          ['finished', '/tests/finished'],
          ['search', '/tests/finished?mode=search&user=an&type=sprt&from=2020-01-01'],
          ['owner', '/tests/user/ann'],
          ['machines', '/tests/machines'],
        ] as const) {
          await page.goto(`${site.server.url}${path}`);
          await site.checkAccess(page);
          if (size === 'phone') await checkPhone(page);
          await site.screenshots(page, `${name}-${size}`);
        }
      }
      site.assertClean();
    });
  });
}
