/** The built server with people in its store, and browsers to look at it: each context is a person's own. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { browserIsRequired, chromiumPath, startBrowser } from '../dashboard/browser.js';
import { ServerProcess } from '../server/server-process.js';
import { PASSWORD, seedPeople } from './site-seed.js';

const SCREENSHOTS = fileURLToPath(new URL('../../screenshots', import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Violations alone are told, by their markup: to find a short selector for every element is most of the work. */
const AXE_OPTIONS = { resultTypes: ['violations'], selectors: false, preload: false };
/** Of rows that differ in texts and addresses alone one is judged: to judge 25 of a kind costs as much as all else of a page. */
const MARK_REPEATED = `(() => {
  const kinds = new Set();
  for (const row of document.querySelectorAll('tbody tr')) {
    const elements = [...row.querySelectorAll('*')].map((each) =>
      [each.localName, each.className, each.getAttributeNames(), each.textContent.trim() === ''].join(' '));
    const kind = [row.parentElement.closest('[id]')?.id, row.className, ...elements].join();
    if (kinds.has(kind)) row.dataset.repeated = '';
    kinds.add(kind);
  }
})()`;

/** Those of the test that runs. */
const contexts = new Set<BrowserContext>();

// A page that stays open goes on asking for its news, beside all tests that follow.
afterEach(async () => {
  for (const context of contexts) await context.close();
  contexts.clear();
});

/** What node:test is told: why to leave the tests out, or false. */
export const skip = chromiumPath === undefined && !browserIsRequired ? 'no Chromium' : false;

/** For the `skip` of a test whose outcome is decided in the browser, in memory or by what was typed, whichever store there is. */
export function onceOnly(kind: 'SQLite' | 'MongoDB'): string | false {
  return kind === 'MongoDB' && 'no store has a part in it: played on SQLite';
}

interface AxeResult {
  readonly violations: readonly { id: string; impact: string; nodes: readonly { html: string }[] }[];
}

export class SiteBrowser {
  readonly server: ServerProcess;
  readonly browser: Browser;
  readonly storeUrl: string;
  /** What browsers complained of: policies broken, scripts failed. */
  readonly complaints: string[] = [];
  /** Requests to other hosts. */
  readonly strangers: string[] = [];
  readonly #directory: string;

  private constructor(directory: string, storeUrl: string, server: ServerProcess, browser: Browser) {
    this.#directory = directory;
    this.storeUrl = storeUrl;
    this.server = server;
    this.browser = browser;
  }

  /** @param storeUrl absent: an SQLite store of its own @param seedMore fills it beside the people */
  static async start(
    env: Record<string, string> = {},
    storeUrl?: string,
    seedMore: (storeUrl: string) => Promise<void> = async () => {},
  ): Promise<SiteBrowser> {
    await mkdir(SCREENSHOTS, { recursive: true });
    const directory = await mkdtemp(join(tmpdir(), 'shoal-pages-'));
    const url = storeUrl ?? `sqlite:${directory}`;
    await seedPeople(url);
    await seedMore(url);
    // What is left running when the other cannot be started keeps the process of a test from its end.
    const browser = await startBrowser();
    const server = await ServerProcess.start(directory, {
      SHOAL_GITHUB: 'off',
      SHOAL_CONTRIBUTORS: 'off',
      SIGNUP_CHECK_MAIL: 'off',
      STORE_URL: url,
      SHOAL_DATA: directory,
      ...env,
    }).catch(async (error) => {
      await browser.close();
      throw error;
    });
    return new SiteBrowser(directory, url, server, browser);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.server.end('SIGTERM');
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** A person's browser, with a page open, until the test ends. */
  async person(path = '/tests', options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#context(options);
    const page = await context.newPage();
    await page.goto(`${this.server.url}${path}`);
    return page;
  }

  /** As `person`, with a session of its own: the form is sent as the browser would, but no page is drawn for it. */
  async member(username: string, path = '/tests', options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#context(options);
    const login = `${this.server.url}/login`;
    const [, token] = /name="csrf-token" content="([^"]*)"/.exec(
      await (await context.request.get(login)).text(),
    )!;
    const form = { csrf_token: token!, username, password: PASSWORD };
    const answer = await context.request.post(login, { form, maxRedirects: 0 });
    assert.equal(answer.status(), 302, `${username} signs in`);
    const page = await context.newPage();
    await page.goto(`${this.server.url}${path}`);
    assert.equal(new URL(page.url()).pathname, new URL(path, this.server.url).pathname);
    return page;
  }

  /** A form sent by no browser, with the cookies of a page and what else is given. */
  async post(
    page: Page,
    path: string,
    fields: Record<string, string> | URLSearchParams,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const cookies = await page.context().cookies();
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    return await fetch(`${this.server.url}${path}`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { cookie, ...headers },
      redirect: 'manual',
    });
  }

  /**
   * Nothing serious for those who see little or use no mouse, in the dark and in the light. Over one store: the markup is the same over
   * the other, and to judge it is what costs most.
   */
  async checkAccess(page: Page): Promise<void> {
    if (!this.storeUrl.startsWith('sqlite:')) return;
    // The policy of the pages lets no script in but theirs: this one runs as the browser's own.
    await page.evaluate(AXE);
    await page.evaluate(MARK_REPEATED);
    await page.emulateMedia({ colorScheme: 'dark' });
    await this.#runAxe(page, AXE_OPTIONS);
    await page.emulateMedia({ colorScheme: 'light' });
    // Nothing but colours differs.
    await this.#runAxe(page, { ...AXE_OPTIONS, runOnly: ['color-contrast', 'link-in-text-block'] });
    await page.emulateMedia({ colorScheme: null });
  }

  async #runAxe(page: Page, options: object): Promise<void> {
    const judged = { exclude: ['[data-repeated]'] };
    const result = await page.evaluate<AxeResult>(
      `axe.run(${JSON.stringify(judged)}, ${JSON.stringify(options)})`,
    );
    const serious = result.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    const found = serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    assert.deepEqual(found, [], page.url());
  }

  /** Only where pictures are asked for: drawing a long page takes seconds. */
  async screenshot(page: Page, name: string): Promise<void> {
    if (process.env['SHOAL_SCREENSHOTS'] === undefined) return;
    await page.screenshot({ path: join(SCREENSHOTS, `site-${name}.png`), fullPage: true });
  }

  /** As `screenshot`, in the dark and in the light. */
  async screenshots(page: Page, name: string): Promise<void> {
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      await this.screenshot(page, `${name}-${colorScheme}`);
    }
    await page.emulateMedia({ colorScheme: null });
  }

  /** No request went elsewhere, and no rule of the pages was broken. */
  assertClean(): void {
    assert.deepEqual(this.strangers, []);
    assert.deepEqual(this.complaints, []);
  }

  async #context(options: BrowserContextOptions): Promise<BrowserContext> {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    contexts.add(context);
    context.on('page', (page) => this.#watch(page));
    return context;
  }

  #watch(page: Page): void {
    page.on('console', (message) => {
      // A refused form is an answer with a status that the browser notes.
      const isStatus = /status of (?:401|403|404|422|429|503)/.test(message.text());
      if (message.type() === 'error' && !isStatus) this.complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.complaints.push(`${page.url()}: ${error.message}`));
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol !== 'data:' && origin !== this.server.url) this.strangers.push(request.url());
    });
  }
}

export async function signIn(page: Page, username: string, password = PASSWORD): Promise<void> {
  await page.fill('#username', username);
  await page.fill('#password', password);
  await submit(page.locator('button.primary'));
}

/** Presses the button of a form, waits for the page that answers it, and resolves to the status of the POST. */
export async function submit(button: Locator): Promise<number> {
  const page = button.page();
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST'),
    page.waitForEvent('load'),
    button.click(),
  ]);
  return answer.status();
}

/** The token that the forms of a page send. */
export async function tokenOf(page: Page): Promise<string> {
  return (await page.getAttribute('meta[name="csrf-token"]', 'content')) ?? '';
}

export async function textOf(page: Page, selector: string): Promise<string> {
  return ((await page.textContent(selector)) ?? '').trim();
}

/** Everybody's phone, and the smallest that counts. */
export const PHONE: BrowserContextOptions = { viewport: { width: 360, height: 640 }, hasTouch: true };

/** The page does not move sideways, and what is to be touched is large enough. */
export async function checkPhone(page: Page): Promise<void> {
  const width = await page.evaluate('document.documentElement.scrollWidth');
  assert.ok(Number(width) <= 360, `${page.url()} is ${width} wide`);
  const small = await page.evaluate<
    string[]
  >(`[...document.querySelectorAll('button, a.button, input:not([type=hidden]), select')]
    .filter((each) => each.checkVisibility() && !each.closest('.decoy') && !/checkbox|radio/.test(each.type ?? ''))
    .filter((each) => each.getBoundingClientRect().height < 43.5)
    .map((each) => each.outerHTML)`);
  assert.deepEqual(small, [], page.url());
}

/** Nor does it between a phone and a desk, where the bar's entries stand in one line or behind a button. */
export async function checkWidths(page: Page): Promise<void> {
  for (const width of [620, 880, 1000, 1101]) {
    await page.setViewportSize({ width, height: 700 });
    const needed = Number(await page.evaluate('document.documentElement.scrollWidth'));
    assert.ok(needed <= width, `${page.url()} is ${needed} wide of ${width}`);
  }
}
