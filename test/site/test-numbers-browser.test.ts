/** Statistics, gauges and the chart of a tune in a browser: keyboard, phone, dark and light, without scripts (docs/spec/web-ui.md §11.4, 56, 57, 64, 65). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { layoutShift } from '../dashboard/layout-shift.js';
import { workerInfo } from '../server/seed.js';
import { HOSTILE_NAME, numberedRuns, RUNS } from './numbers-seed.js';
import { seedRuns } from './run-seed.js';
import { checkPhone, PHONE, SiteBrowser, skip, textOf } from './site-browser.js';

const STATS = `/tests/stats/${RUNS.normalized}`;
const GAUGES = `/tests/live_elo/${RUNS.active}`;
/** What docs/spec/web-ui.md §10 allows. */
const MOST_SHIFT = 0.02;
const TUNE = `/tests/view/${RUNS.played}`;

/** A page's policy lets no text be run as a condition to wait for. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (await holds()) return;
    await sleep(100);
  }
  throw new Error(`in a minute it did not come to: ${holds}`);
}

const focused = (page: Page) => page.evaluate<string>('document.activeElement.id');

describe('numbers of a test in a browser', { skip }, () => {
  let site: SiteBrowser;
  before(async () => {
    site = await SiteBrowser.start({}, undefined, async (url) => seedRuns(url, await numberedRuns()));
  });
  after(() => site?.stop());

  it('are accessible on a phone and on a desk, in the dark and in the light', async () => {
    for (const [name, options] of [
      ['desk-dark', { colorScheme: 'dark' }],
      ['desk-light', { colorScheme: 'light' }],
      ['phone', { ...PHONE, colorScheme: 'dark' }],
    ] as const) {
      const page = await site.person(STATS, options);
      for (const path of [STATS, GAUGES, TUNE]) {
        await page.goto(`${site.server.url}${path}`);
        if (path === TUNE) {
          await page.waitForSelector('#tune-plot canvas');
          await page.click('#tune-choice summary');
          await page.click('#tune-table summary');
          await page.waitForSelector('#tune-table table');
        }
        await site.checkAccess(page);
        if (name === 'phone') await checkPhone(page);
        const part = path === STATS ? 'stats' : path === GAUGES ? 'live-elo' : 'tune';
        await site.screenshot(page, `${part}-${name}`);
      }
    }
  });

  it('turn the scale of the Elo gauge by Enter and by Space, keep the focus, and remember it', async () => {
    const page = await site.person(GAUGES);
    assert.equal(await textOf(page, '#elo-scale'), 'Fit the scale of Elo');
    await page.focus('#elo-scale');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#elo-scale:text-is("Scale of Elo ±4")');
    assert.equal(await focused(page), 'elo-scale');
    assert.equal(await page.isVisible('#gauge-elo-fit'), true);
    assert.equal(await page.isVisible('#gauge-elo'), false);
    await page.reload();
    assert.equal(await textOf(page, '#elo-scale'), 'Scale of Elo ±4');
    await page.focus('#elo-scale');
    await page.keyboard.press('Space');
    await page.waitForSelector('#elo-scale:text-is("Fit the scale of Elo")');
    assert.equal(new URL(page.url()).pathname, GAUGES);
  });

  it('move with what a worker reports, without a reload', async () => {
    const worker = { password: 'secret', worker_info: workerInfo('f00dcafe') };
    const { body } = await site.server.post('/api/request_task', worker);
    const { _id: run } = body['run'] as { _id: string };
    assert.equal(run, RUNS.empty, 'the run of the highest priority');
    const page = await site.person(`/tests/live_elo/${run}`);
    assert.match(await textOf(page, '#live-elo'), /Games\s*0 \[/);
    const stats = {
      wins: 20,
      losses: 12,
      draws: 32,
      crashes: 0,
      time_losses: 0,
      pentanomial: [1, 6, 12, 10, 3],
    };
    const task = { run_id: run, task_id: body['task_id'], stats };
    const updated = await site.server.post('/api/update_task', { ...worker, ...task });
    assert.equal(updated.body['task_alive'], true, JSON.stringify(updated.body));
    await until(async () => {
      await page.evaluate("document.querySelector('#live-elo').dispatchEvent(new CustomEvent('poll'))");
      return /Games\s*64 \[/.test(await textOf(page, '#live-elo'));
    });
    assert.match((await page.getAttribute('#gauge-elo svg', 'aria-label')) ?? '', /^Elo: \d+\.\d\d \[/);
  });

  it('are copied as text', async () => {
    const page = await site.person(STATS);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.click('[data-copy]');
    await page.waitForSelector('.files [role=status]:text-is("Copied")');
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    assert.equal(copied, await (await fetch(`${site.server.url}${STATS}?format=text`)).text());
  });

  it('of a tune are drawn, chosen, smoothed and told by keyboard alone', async () => {
    const page = await site.person(TUNE);
    await page.waitForSelector('#tune-plot canvas');
    assert.equal(await textOf(page, '#tune-count'), '12 of 12');
    const summary = () => page.getAttribute('#tune-plot', 'aria-label');
    assert.match((await summary())!, /^12 parameters over 6,050 iterations: /);
    const before = await summary();
    await page.focus('#tune-more');
    for (let i = 0; i < 12; i++) await page.keyboard.press('Enter');
    assert.equal(await textOf(page, '#tune-level'), '10');
    assert.equal(await page.getAttribute('#tune-more', 'aria-disabled'), 'true');
    assert.equal(await focused(page), 'tune-more');
    assert.notEqual(await summary(), before);
    await page.focus('#tune-choice summary');
    await page.keyboard.press('Enter');
    await page.focus('#tune-none');
    await page.keyboard.press('Enter');
    assert.equal(await page.isVisible('#tune-plot'), false);
    assert.match(await textOf(page, '#tune-note'), /No parameter is chosen/);
    await page.fill('#tune-find', 'CMD');
    assert.deepEqual(await page.locator('#tune-names label').allTextContents(), [HOSTILE_NAME]);
    await page.focus('#tune-names input');
    await page.keyboard.press('Space');
    assert.match((await summary())!, /^1 parameters? over/);
    await page.focus('#tune-table summary');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#tune-table tbody tr');
    assert.equal(await page.locator('#tune-table tbody tr').count(), 21);
    assert.deepEqual(await page.locator('#tune-table thead th').allTextContents(), [
      'Iteration',
      HOSTILE_NAME,
    ]);
    await page.check('#tune-percent');
    assert.match(await textOf(page, '#tune-table tbody tr:first-child'), /^0\s*0\.0$/);
    await page.reload();
    assert.equal(await page.isChecked('#tune-percent'), true);
    await page.waitForSelector('#tune-plot canvas');
    await page.hover('#tune-plot .u-over', { position: { x: 200, y: 150 } });
    assert.equal(await page.locator('img[src=x]').count(), 0);
  });

  it('of a tune of more than a thousand parameters are drawn by choice', async () => {
    const page = await site.person(`/tests/view/${RUNS.manyParameters}`);
    await page.waitForSelector('#tune-note:has-text("1200 parameters are too many to draw at once")');
    await page.click('#tune-choice summary');
    await page.fill('#tune-find', 'lmr_117');
    await page.click('#tune-all');
    await page.waitForSelector('#tune-plot canvas');
    assert.equal(await textOf(page, '#tune-count'), '11 of 1200');
    await page.goto(`${site.server.url}/tests/view/${RUNS.tune}`);
    await page.waitForSelector('#tune-note:has-text("Too little data yet")');
  });

  it('are there without scripts', async () => {
    const page = await site.person(GAUGES, { javaScriptEnabled: false });
    assert.equal(await page.locator('.gauge:visible').count(), 3);
    await page.click('#elo-scale');
    assert.equal(await textOf(page, '#elo-scale'), 'Scale of Elo ±4');
    await page.goto(`${site.server.url}${STATS}`);
    assert.equal(await page.isVisible('[data-copy]'), false);
    assert.match(await textOf(page, '.stat-pentanomial'), /Generalized log-likelihood ratios/);
    await page.goto(`${site.server.url}${TUNE}`);
    assert.equal(await page.isVisible('#tune-chart'), false);
    assert.equal(await page.locator('.tune tbody tr').count(), 12);
    assert.match(await textOf(page, '#tune'), /The same numbers are in the files below/);
  });

  it('come to their last state without moving, and so do the list, the form and finished tests', async () => {
    const [list, test, form] = ['/tests', '/tests/view', '/tests/run'];
    const pages = [
      list,
      '/tests/finished',
      `${test}/${RUNS.active}`,
      `${test}/${RUNS.normalized}`,
      TUNE,
      form,
    ];
    for (const options of [PHONE, { viewport: { width: 1280, height: 800 } }]) {
      const first = await site.member('ann', '/sprt_calc', options);
      for (const path of [...pages, STATS, GAUGES]) {
        const page = await first.context().newPage();
        const { sum, shifts } = await layoutShift(page, `${site.server.url}${path}`, async () => {
          if (path === TUNE) await page.waitForSelector('#tune-plot canvas', { timeout: 60_000 });
        });
        assert.ok(
          sum < MOST_SHIFT,
          `${path} at ${options.viewport!.width}: ${sum} ${JSON.stringify(shifts)}`,
        );
        await page.close();
      }
    }
  });

  it('ask no other host for anything and break no rule of the pages', () => site.assertClean());
});
