/** Tests that are followed, and the feed of events (docs/spec/web-ui.md §4.15, §4.18). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { type SeededRun, seedRuns } from './run-seed.js';
import { checkPhone, PHONE, SiteBrowser, skip, submit, tokenOf } from './site-browser.js';

const id = (n: number) => `66f1a2b3c4d5e6f7081930${n.toString(16).padStart(2, '0')}`;
const APPROVED = { approved: true, approver: 'cora' };
const TAG = 'prune-<more>';
const SEEDED: readonly SeededRun[] = [
  { id: id(1), head: APPROVED, form: { new_tag: TAG } },
  { id: id(2), head: APPROVED },
  { id: id(3), head: APPROVED },
  ...Array.from({ length: 21 }, (_, i) => ({ id: id(16 + i), form: { new_tag: `many-${i}` } })),
];
const PATIENCE = { timeout: 60_000 };

interface Followed {
  readonly id: string;
  readonly tag: string;
  readonly end?: string;
}

describe('who follows a test', { skip }, () => {
  let site: SiteBrowser;
  before(async () => {
    site = await SiteBrowser.start({ SITE_POSTS_PER_MINUTE: '1000' }, undefined, (url) =>
      seedRuns(url, SEEDED),
    );
  });
  after(() => site?.stop());

  const star = (page: Page, run: string) => page.locator(`button[data-follow="${run}"]`);
  const press = async (page: Page, run: string) => {
    await star(page, run).click();
    await page.locator(`button[data-follow="${run}"][aria-pressed="true"]`).waitFor(PATIENCE);
  };
  const listOf = async (page: Page): Promise<Followed[]> =>
    (await page.evaluate("fetch('/follows').then((answer) => answer.json())")) as Followed[];
  const stop = async (page: Page, run: string) => {
    await page.goto(`${site.server.url}/tests/view/${run}`);
    page.once('dialog', (dialog) => void dialog.accept());
    await submit(page.getByRole('button', { name: 'Stop', exact: true }));
  };

  it('is told once, in one of all tabs, who stopped it', async () => {
    const ann = await site.member('ann', `/tests/view/${id(1)}`);
    await press(ann, id(1));
    const others = [await ann.context().newPage(), await ann.context().newPage()];
    for (const page of others) await page.goto(`${site.server.url}/tests`);
    await star(others[0]!, id(1)).and(others[0]!.locator('[aria-pressed="true"]')).waitFor(PATIENCE);
    await site.checkAccess(ann);
    await site.screenshot(others[0]!, 'home-followed');

    await stop(await site.member('cora'), id(1));
    const message = `${TAG} stopped by cora`;
    await ann.locator('.flash', { hasText: message }).waitFor(PATIENCE);
    assert.deepEqual(await listOf(ann), []);
    assert.match(await ann.title(), /^\(1\) /);
    for (const page of others) assert.equal(await page.locator('.flash', { hasText: message }).count(), 0);
    site.assertClean();
  });

  it('is not told of an own stop', async () => {
    const ann = await site.member('ann', `/tests/view/${id(2)}`);
    await press(ann, id(2));
    assert.deepEqual(
      (await listOf(ann)).map((each) => each.id),
      [id(2)],
    );
    await stop(ann, id(2));
    assert.deepEqual(await listOf(ann), []);
    site.assertClean();
  });

  it('need not have an account: the browser keeps the list', async () => {
    const page = await site.person('/tests', PHONE);
    await checkPhone(page);
    await press(page, id(3));
    await stop(await site.member('cora'), id(3));
    await page.locator('.flash', { hasText: /prune-more.* stopped by cora/ }).waitFor(PATIENCE);
    await page.reload();
    assert.equal(await page.evaluate("localStorage.getItem('shoal-follows')"), '[]');
    site.assertClean();
  });

  it('follows twenty tests at the most: the oldest goes, with a word', async () => {
    const ann = await site.member('ann');
    const token = await tokenOf(ann);
    for (let i = 0; i < 21; i++) {
      const { status } = await site.post(ann, '/follows/add', { 'run-id': id(16 + i), csrf_token: token });
      assert.equal(status, 302);
    }
    const list = await listOf(ann);
    assert.deepEqual(
      list.map(({ tag }) => tag),
      Array.from({ length: 20 }, (_, i) => `many-${i + 1}`),
    );
    await ann.reload();
    await ann.locator('.flash', { hasText: 'no more many-0' }).waitFor(PATIENCE);
    const forged = await site.post(ann, '/follows/remove', { 'run-id': id(17), csrf_token: 'x' });
    assert.equal(forged.status, 403);
    const missing = await site.post(ann, '/follows/add', { 'run-id': 'f'.repeat(24), csrf_token: token });
    assert.equal(missing.status, 404);
    assert.equal((await listOf(ann)).length, 20);
  });

  it('may read events as a feed, with the filters of the page', async () => {
    const page = await site.person('/actions?action=stop_run');
    const url = await page.getAttribute('link[type="application/atom+xml"]', 'href');
    assert.equal(url, '/actions.atom?action=stop_run');
    const answer = await fetch(`${site.server.url}${url}`);
    assert.equal(answer.headers.get('content-type'), 'application/atom+xml; charset=utf-8');
    const text = await answer.text();
    const read = `(() => {
      const feed = new DOMParser().parseFromString(${JSON.stringify(text)}, 'application/xml');
      if (feed.querySelector('parsererror') !== null) return 'no XML';
      return [...feed.querySelectorAll('entry')].map((entry) => entry.querySelector('title').textContent);
    })()`;
    const titles = (await page.evaluate(read)) as string[];
    assert.equal(titles.length, 3, text);
    assert.ok(
      titles.some((title) => title.includes(TAG)),
      titles.join(),
    );
    const etag = answer.headers.get('etag')!;
    const again = await fetch(`${site.server.url}${url}`, { headers: { 'if-none-match': etag } });
    assert.equal(again.status, 304);
  });
});
