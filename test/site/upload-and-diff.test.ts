/** The page of uploads and the card of a test's changes in a browser (docs/spec/web-ui.md §4.6.5, §4.12): keyboard, phone, dark, light. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { GitHubStandIn, OFFICIAL } from '../../src/swarm/github-stand-in.js';
import { seedRuns } from './run-seed.js';
import { checkPhone, PHONE, SiteBrowser, skip, textOf } from './site-browser.js';
import { until } from './until.js';

const FORK = 'ann/Stockfish';
const [SHORT, LONG, GONE] = [1, 2, 3].map((n) => `66f1a2b3c4d5e6f70819${5000 + n}`) as [
  string,
  string,
  string,
];
const BASE = `#include "search.h"

namespace Engine {

// How much is pruned, in plies.
constexpr int Margin = 120;

int prune(int depth, bool improving) {
    if (depth < 3)
        return Margin;
    return Margin + 14 * depth - (improving ? 30 : 0);
}

}  // namespace Engine
`;
const CONTENT = Buffer.from('a network of some bytes '.repeat(2_000));
const NET = `nn-${createHash('sha256').update(CONTENT).digest('hex').slice(0, 12)}.nnue`;
const file = (name: string) => ({ name, mimeType: 'application/octet-stream', buffer: CONTENT });

/** Presses Tab until the element has the focus, which a person sees where it is. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press('Tab');
    const isThere = await page.evaluate(
      `document.activeElement?.matches(${JSON.stringify(selector)}) === true`,
    );
    if (isThere) return;
  }
  assert.fail(`the keyboard does not reach ${selector} of ${page.url()}`);
}

describe('uploads and changes in a browser', { skip }, () => {
  let site: SiteBrowser;
  let standIn: GitHubStandIn;
  before(async () => {
    standIn = await GitHubStandIn.start();
    const { repos } = standIn;
    const source = 'src/search.cpp';
    const base = repos.commit(OFFICIAL, { message: 'Base', files: { [source]: BASE } });
    repos.add(FORK, { forkOf: OFFICIAL });
    const shorter = BASE.replace('Margin = 120', 'Margin = 132').replace('14 * depth', '16 * depth');
    const short = repos.commit(FORK, { branch: 'short', message: 'x', files: { [source]: shorter } });
    const lines = Array.from(
      { length: 90 },
      (_, i) =>
        `constexpr int Table${i}[] = {${i}, ${i * 7}, ${i * 49}};  // a long line of a table, number ${i}, wider than a phone\n`,
    );
    const files = { [source]: BASE + lines.join('') };
    const long = repos.commit(FORK, { branch: 'long', message: 'y', files });
    const args = { resolved_base: base, tests_repo: `https://github.com/${FORK}` };
    site = await SiteBrowser.start(standIn.settings, undefined, (url) =>
      seedRuns(url, [
        { id: SHORT, args: { ...args, resolved_new: short } },
        { id: LONG, args: { ...args, resolved_new: long } },
        { id: GONE, args: { ...args, resolved_new: 'c'.repeat(40) } },
      ]),
    );
  });
  after(async () => {
    await site?.stop();
    await standIn?.stop();
  });

  it('upload a network by keyboard alone, and say at once what is wrong with a file', async () => {
    const page = await site.member('ann', '/upload');
    assert.equal(await page.isVisible('#upload-stop'), false, 'there is nothing to stop yet');
    await page.setInputFiles('#network', file('my-network.nnue'));
    await tabTo(page, '[name=license]');
    await page.keyboard.press('Space');
    await tabTo(page, '#network');
    await tabTo(page, '#upload [type=submit]');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#upload-problem .problem');
    assert.match(await textOf(page, '#upload-problem'), /my-network\.nnue is no name of a network/);
    await site.checkAccess(page);
    await site.screenshots(page, 'upload-problem');
    await page.setInputFiles('#network', file('nn-0123456789ac.nnue'));
    await page.locator('#upload [type=submit]').press('Enter');
    await page.waitForSelector(`#upload-problem:has-text("${NET}")`);
    assert.equal(await page.isVisible('#upload-progress'), false);
    await page.setInputFiles('#network', file(NET));
    await page.locator('#upload [type=submit]').press('Enter');
    await page.waitForURL('**/nns');
    assert.match(await textOf(page, 'main'), new RegExp(`${NET} is uploaded`));
  });

  it('the page of uploads fits a phone, and works without scripts', async () => {
    const phone = await site.member('bob', '/upload', PHONE);
    await checkPhone(phone);
    await site.checkAccess(phone);
    await site.screenshots(phone, 'upload-phone');
    const plain = await site.member('bob', '/upload', { javaScriptEnabled: false });
    await plain.setInputFiles('#network', file(NET));
    await plain.check('[name=license]');
    await plain.click('#upload [type=submit]');
    await plain.waitForSelector('#upload-problem .problem');
    assert.match(await textOf(plain, '#upload-problem'), /is there already|known|already/i);
  });

  it('short changes open by themselves, coloured, and reach nobody but this server', async () => {
    for (const [size, options] of [
      ['desktop', {}],
      ['phone', PHONE],
    ] as const) {
      const page = await site.member('ann', `/tests/view/${SHORT}`, options);
      await page.waitForSelector('#diff .code-word');
      assert.match(await textOf(page, '#diff ins'), /\+constexpr int Margin = 132;/);
      assert.equal(await textOf(page, '#diff ins .code-number'), '132');
      if (size === 'phone') await checkPhone(page);
      await site.checkAccess(page);
      await site.screenshots(page, `changes-${size}`);
    }
  });

  it('long changes open when they are asked for, by keyboard, and fold', async () => {
    const page = await site.member('ann', `/tests/view/${LONG}`);
    await page.waitForSelector('#diff .note:has-text("+90")');
    await tabTo(page, '#diff a.button');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#diff .diff-file');
    // The focus is in the card that came, not lost with the link.
    await until(
      () => page.evaluate<boolean>("document.activeElement.closest('#diff') !== null"),
      'the focus in the card',
    );
    await tabTo(page, '#diff summary');
    await page.keyboard.press('Enter');
    assert.equal(await page.isVisible('#diff pre'), false);
    await page.keyboard.press('Enter');
    assert.equal(await page.isVisible('#diff pre'), true);
    await site.screenshot(page, 'changes-long');
    const phone = await site.member('ann', `/tests/view/${LONG}/diff`, PHONE);
    await checkPhone(phone);
    await site.checkAccess(phone);
    await site.screenshots(phone, 'changes-page-phone');
    await page.goto(`${site.server.url}/tests/view/${GONE}`);
    await page.waitForSelector('#diff:has-text("cannot be shown here")');
    await site.screenshot(page, 'changes-gone');
  });

  it('asks no other host for anything and breaks no rule of its own', () => site.assertClean());
});
