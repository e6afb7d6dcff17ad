/**
 * A newcomer's first hour on the demonstration, in a browser alone: sign up, be accepted, submit a test by the name of a
 * branch, have it approved by somebody else, and see it end green after simulated workers have played it.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../dashboard/browser.js';
import { signIn, skip, submit, textOf } from './site-browser.js';

const SHOAL = fileURLToPath(new URL('../../src/server/shoal.js', import.meta.url));
const LONGEST_MS = 120_000;
const PASSWORD = 'quiet-Otter-hills-27';
const REPOSITORY = 'https://github.com/developer/Stockfish';

describe('the demonstration', { skip }, () => {
  let demo: ReturnType<typeof spawn>;
  let browser: Browser;
  let url = '';
  const passwords = new Map<string, string>();
  const strangers: string[] = [];
  let said = '';

  before(async () => {
    const args = ['demo', '--workers', '200', '--port', '0', '--time-scale', '40'];
    demo = spawn(process.execPath, [SHOAL, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
    const told = new Promise<void>((resolve, reject) => {
      demo.stdout!.on('data', (data: Buffer) => {
        said += data.toString();
        if (said.includes('Ctrl-C ends it.')) resolve();
      });
      demo.once('exit', (code) => reject(new Error(`the demonstration ended with ${code}: ${said}`)));
    });
    await told;
    url = /at (http:\/\/127\.0\.0\.1:\d+),/.exec(said)![1]!;
    for (const [, name, password] of said.matchAll(/^ {2}(\w+) +(shoal-[0-9a-f]+) {2}/gm)) {
      passwords.set(name!, password!);
    }
    browser = await startBrowser();
  });

  after(async () => {
    await browser?.close();
    if (demo.exitCode !== null) return;
    demo.kill('SIGKILL');
    await once(demo, 'exit');
  });

  const open = async (path: string): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith('data:')) strangers.push(request.url());
    });
    await page.goto(`${url}${path}`);
    return page;
  };
  const enter = async (page: Page, username: string, password: string) => {
    await page.goto(`${url}/login`);
    await signIn(page, username, password);
    assert.equal(new URL(page.url()).pathname, '/tests', await textOf(page, 'main'));
  };

  it('names three people, of whom one waits for an approver', async () => {
    assert.deepEqual([...passwords.keys()], ['developer', 'approver', 'newcomer']);
    const page = await open('/login');
    await signIn(page, 'newcomer', passwords.get('newcomer')!);
    assert.match(await textOf(page, '#login-problem'), /until a person approves/);
    await enter(page, 'developer', passwords.get('developer')!);
    await page.goto(`${url}/tests/run`);
    assert.equal(await page.inputValue('#tests-repo'), REPOSITORY);
    await page.context().close();
  });

  it('lets a newcomer sign up, submit and see the test end green', async () => {
    const author = await open('/tests');
    await author.click('a[href="/signup"]');
    await author.fill('#username', 'stranger');
    for (const field of ['password', 'password2']) await author.fill(`#${field}`, PASSWORD);
    await author.fill('#email', 'stranger@example.org');
    await author.fill('#tests_repo', REPOSITORY);
    await author.waitForSelector('form[action="/signup"] button.primary:enabled');
    // A form that is sent at once is a program's.
    await author.waitForTimeout(3_100);
    assert.equal(await submit(author.locator('form[action="/signup"] button.primary')), 302);
    assert.match(await textOf(author, '#flashes'), /stranger is made/);

    const approver = await open('/login');
    await enter(approver, 'approver', passwords.get('approver')!);
    await approver.goto(`${url}/user_management`);
    const row = approver.locator('tr', { hasText: 'stranger@example.org' });
    assert.equal(await submit(row.getByRole('button', { name: 'Accept' })), 302);

    await enter(author, 'stranger', PASSWORD);
    await author.locator('a[href="/tests/run"]').first().click();
    await author.fill('#test-branch', 'late_moves');
    await author.locator('#test-branch-live .good').waitFor();
    assert.equal(await submit(author.locator('.new-test-side button.primary')), 302);
    const path = new URL(author.url()).pathname;
    assert.match(path, /^\/tests\/view\/[0-9a-f]{24}$/);
    assert.equal(await textOf(author, '#state'), 'pending');
    assert.equal(await author.getByRole('button', { name: 'Approve' }).count(), 0);

    await approver.goto(`${url}/tests`);
    await approver.click(`a[href="${path}"]`);
    assert.equal(await submit(approver.getByRole('button', { name: 'Approve' })), 302);

    const latest = performance.now() + LONGEST_MS;
    while ((await textOf(author, '#state')) !== 'finished') {
      assert.ok(performance.now() < latest, `the test does not end: ${await textOf(author, '#result')}`);
      await author.waitForTimeout(1_000);
      await author.goto(`${url}${path}`);
    }
    assert.equal(await author.locator('#result .box.green').count(), 1, await textOf(author, '#result'));
    await author.goto(`${url}/tests/finished?success_only=1`);
    await author.waitForSelector(`a[href="${path}"]`);
    assert.deepEqual(strangers, []);
  });

  it('ends with Ctrl-C, and every game that was acknowledged is there', async () => {
    const ended = once(demo, 'exit');
    demo.kill('SIGINT');
    assert.deepEqual(await ended, [0, null], said);
    assert.match(said, /^run [0-9a-f]{24} \(finished.*they agree in every count$/m);
  });
});
