/**
 * The dashboard in a real browser, against a server that a swarm plays on. Screenshots go to dist/screenshots; those of the
 * README are made with SHOAL_SCREENSHOTS=docs, which first waits for a minute and a half of history.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { presetNamed } from '../../src/cli/commands/presets.js';
import { findAccess } from '../../src/swarm/access.js';
import { addApprovedRuns, addAuthors, trialForm } from '../../src/swarm/demo-runs.js';
import { runSwarm } from '../../src/swarm/swarm.js';
import { ServerProcess } from '../server/server-process.js';
import { browserIsRequired, chromiumPath, startBrowser } from './browser.js';
import { layoutShift } from './layout-shift.js';

const SCREENSHOTS =
  process.env['SHOAL_SCREENSHOTS'] ?? fileURLToPath(new URL('../../screenshots', import.meta.url));
const FORMS = [
  trialForm('lmr_less_at_pv', 'Reduce less at PV nodes', presetNamed('STC')),
  trialForm('qs_futility_2', 'Passed STC, now LTC', presetNamed('LTC')),
  trialForm('simplify_threads', 'A simplification', {
    ...presetNamed('STC'),
    sprt: { elo0: -1.75, elo1: 0.25 },
  }),
  trialForm('progress_check', 'Progress since the last release', { num_games: 20_000 }),
  trialForm('tune_search', 'A tune', {
    num_games: 60_000,
    spsa: { raw_params: 'margin,120,50,300,15,0.0020' },
  }),
];
const forReadme = process.env['SHOAL_SCREENSHOTS'] !== undefined;
/** Slowly enough for the README that no run ends meanwhile. */
const PACE = forReadme ? 0.8 : 5;
const WORKERS = 120;
const MOST_SHIFT = 0.02;

if (chromiumPath === undefined && browserIsRequired) {
  throw new Error('no Chromium here: install it (apt-get install chromium), or name it with SHOAL_CHROMIUM');
}

describe('the dashboard', { skip: chromiumPath === undefined ? 'no Chromium' : false }, () => {
  const stop = new AbortController();
  let directory: string;
  let server: ServerProcess;
  let browser: Browser;
  let swarm: Promise<unknown>;
  const complaints: string[] = [];
  const strangers: string[] = [];

  const open = async (width: number, height: number, colorScheme: 'dark' | 'light'): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== server.url) strangers.push(request.url());
    });
    await page.goto(`${server.url}/dashboard`);
    await page.waitForSelector('#runs-body .run');
    return page;
  };
  /** The page's policy forbids to evaluate texts in it again and again, as waitForFunction would. */
  const until = async (page: Page, condition: string) => {
    for (let i = 0; !(await page.evaluate(condition)); i++) {
      assert.ok(i < 200, `in vain: ${condition}`);
      await page.waitForTimeout(100);
    }
  };
  const text = async (page: Page, selector: string) => (await page.textContent(selector)) ?? '';

  before(async () => {
    await mkdir(SCREENSHOTS, { recursive: true });
    directory = await mkdtemp(join(tmpdir(), 'shoal-dashboard-'));
    server = await ServerProcess.start(directory, {
      HTTP_THREADS: '2',
      FISHTEST_URL: 'http://localhost:6543/',
      STANDBY: 'wait',
    });
    const access = await findAccess({ data: directory }, {});
    await addAuthors(access.call!, 'secret');
    await addApprovedRuns(access.call!, FORMS);
    const options = {
      workers: WORKERS,
      seconds: 200,
      timeScale: 20,
      pace: PACE,
      elo: 1,
      ramp: 1,
      signal: stop.signal,
    };
    swarm = runSwarm(access, options);
    browser = await startBrowser();
  });

  after(async () => {
    stop.abort();
    await browser?.close();
    await swarm;
    await server.end('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });

  it('shows the live figures of a swarm on one screen', async () => {
    const page = await open(1440, 900, 'dark');
    const number = (label: string) => {
      const tile = page.locator('.tile', { hasText: label }).locator('strong');
      return tile.textContent().then((shown) => Number((shown ?? '').replaceAll(',', '')));
    };
    const workers = `Number(document.querySelector('.tile strong').textContent.replaceAll(',', ''))`;
    await until(page, `${workers} >= ${WORKERS / 4}`);
    await page.waitForTimeout(forReadme ? 90_000 : 2500);
    assert.ok((await number('Cores')) > WORKERS / 4);
    await until(page, `document.querySelectorAll('.tile strong')[3].textContent !== '0'`);
    assert.equal(await text(page, '#status'), 'ready');
    assert.equal(await page.locator('#runs-body .run').count(), FORMS.length);
    assert.match(await text(page, '#runs-body'), /lmr_less_at_pv vs master/);
    const gauge = page.locator('.gauge .track').first();
    assert.match(
      (await gauge.getAttribute('aria-label')) ?? '',
      /^LLR -?\d+\.\d\d between -2\.94 and 2\.94$/,
    );
    assert.ok((await page.locator('#machines-body tr').count()) > 10);
    await until(page, `document.querySelectorAll('#actions-list li').length > 3`);
    await until(page, `document.querySelector('#routes-body').textContent.includes('update_task')`);
    assert.match(await text(page, '#meters'), /of 64.*of 256/);
    assert.match(
      await text(page, '#cluster'),
      /^\s*Primariesepoch 1\s*activethe process with pid \d+ on .*stands bynobody\s*$/,
    );
    const link = page.locator('#runs-body a').first();
    assert.match(
      (await link.getAttribute('href')) ?? '',
      /^http:\/\/localhost:6543\/tests\/view\/[0-9a-f]{24}$/,
    );
    await page.screenshot({ path: join(SCREENSHOTS, 'dashboard.png') });
    await page.context().close();
  });

  it('draws its charts, and what comes second by second', async () => {
    const page = await open(1440, 900, 'light');
    assert.equal(await page.locator('.chart canvas').count(), 2);
    const inked = await page.evaluate(`(() => {
      const canvas = document.querySelector('#rate-chart canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.some((value, i) => i % 4 === 3 && value > 0);
    })()`);
    assert.ok(inked);
    const before = await text(page, '#meters');
    await until(page, `document.querySelector('#meters').textContent !== ${JSON.stringify(before)}`);
    await page.screenshot({ path: join(SCREENSHOTS, 'light.png') });
    await page.context().close();
  });

  it('fits a phone', async () => {
    const page = await open(390, 844, 'dark');
    const widths = await page.evaluate('[document.documentElement.scrollWidth, innerWidth]');
    const [wide, across] = widths as [number, number];
    assert.ok(wide <= across, `${wide} px of page on ${across} px of phone`);
    await page.locator('#runs').scrollIntoViewIfNeeded();
    assert.ok(await page.locator('#runs-body .run').first().isVisible());
    await page.keyboard.press('r');
    await page.waitForTimeout(600);
    await page.screenshot({ path: join(SCREENSHOTS, 'phone.png') });
    await page.context().close();
  });

  it('keeps its parts in their places while they come', async () => {
    for (const [width, height] of [
      [360, 640],
      [1280, 800],
    ] as const) {
      const page = await browser.newPage({ viewport: { width, height } });
      const { sum, shifts } = await layoutShift(page, `${server.url}/dashboard`, async () => {
        await page.waitForSelector('#machines-body .name', { timeout: 60_000 });
        await page.waitForSelector('#meters strong', { timeout: 60_000 });
      });
      assert.ok(sum < MOST_SHIFT, `${width} px: ${sum} ${JSON.stringify(shifts)}`);
      await page.close();
    }
  });

  it('is used with the keyboard', async () => {
    const page = await open(1200, 800, 'dark');
    const theme = () => page.evaluate('document.documentElement.dataset.theme');
    assert.equal(await theme(), 'dark');
    await page.keyboard.press('t');
    assert.equal(await theme(), 'light');
    await page.keyboard.press('/');
    await page.keyboard.type('no-such-machine');
    assert.equal(await text(page, '#machines-body'), 'none matches');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    assert.ok(await page.locator('dialog').isVisible());
    await page.keyboard.press('Escape');
    await page.keyboard.press('a');
    assert.equal(await page.evaluate('document.activeElement.id'), 'actions');
    const heading = page.locator('th', { hasText: 'Cores' }).last();
    await heading.getByRole('button').press('Enter');
    assert.equal(await heading.getAttribute('aria-sort'), 'descending');
    await page.context().close();
  });

  it('asks no other host for anything, and breaks none of its own rules', async () => {
    assert.deepEqual(strangers, []);
    assert.deepEqual(complaints, []);
    const { headers } = await fetch(`${server.url}/dashboard`, { headers: { accept: 'text/html' } });
    assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'; script-src 'self';/);
    const again = { accept: 'text/html', 'if-none-match': headers.get('etag')! };
    assert.equal((await fetch(`${server.url}/dashboard`, { headers: again })).status, 304);
    const plain = await fetch(server.url, { redirect: 'manual' });
    assert.deepEqual([plain.status, plain.headers.get('location')], [302, '/tests']);
  });
});
