/** The page of the GitHub quota, and its mark in the menu of every page. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { GitHubStandIn } from '../../src/swarm/github-stand-in.js';
import { ServerProcess } from '../server/server-process.js';
import { checkPhone, PHONE, SiteBrowser, skip, textOf } from './site-browser.js';

describe('the GitHub quota', { skip }, () => {
  let github: GitHubStandIn;
  let site: SiteBrowser;
  before(async () => {
    github = await GitHubStandIn.start();
    github.quota.limit = 100;
    github.quota.used = 60;
    github.quota.resetAt = Date.UTC(2096, 0, 2, 3, 4, 5);
    site = await SiteBrowser.start(github.settings);
  });
  after(async () => {
    await site?.stop();
    await github?.stop();
  });

  it('is shown to anybody, with when it is full again, and marked in the menu when it is low', async () => {
    const page = await site.person('/rate_limits');
    const text = await textOf(page, '#quota');
    assert.match(text, /Left\s*\d+ of 100 calls an hour\s*low/);
    assert.match(text, /Full again\s*at 03:04:05 UTC/);
    const mark = page.locator('#menu a[href="/rate_limits"] .pill.bad');
    // The first page on a pool thread has not heard of it yet.
    for (;;) {
      await page.goto(`${site.server.url}/rate_limits`);
      if ((await mark.count()) === 1) break;
    }
    await site.checkAccess(page);
    await site.screenshot(page, 'rate-limits');
    site.assertClean();
  });

  it('fits a phone, and its part that changes comes alone', async () => {
    const page = await site.person('/rate_limits', PHONE);
    await checkPhone(page);
    await site.screenshot(page, 'rate-limits-phone');
    const part = await fetch(`${site.server.url}/rate_limits/server`);
    assert.equal(part.status, 200);
    const text = await part.text();
    assert.match(text, /of 100 calls/);
    assert.doesNotMatch(text, /<html/);
    site.assertClean();
  });

  it('is told to be unknown where GitHub is not asked', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'shoal-quota-'));
    const off = await ServerProcess.start(directory);
    try {
      const part = await fetch(`${off.url}/rate_limits/server`);
      assert.match(await part.text(), /does not ask GitHub.*has not told/s);
    } finally {
      await off.end('SIGTERM');
      await rm(directory, { recursive: true, force: true });
    }
  });
});
