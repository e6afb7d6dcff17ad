/** Signing in and out, and sessions, as people meet them in a browser (docs/spec/web-ui.md §11.1). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { checkPhone, PHONE, SiteBrowser, signIn, skip, submit, textOf, tokenOf } from './site-browser.js';
import { PASSWORD } from './site-seed.js';

const SESSION = 'fishtest_session';

describe('signing in', { skip }, () => {
  let site: SiteBrowser;
  before(async () => {
    site = await SiteBrowser.start();
  });
  after(() => site?.stop());

  it('leads nowhere but to this server', async () => {
    for (const next of [
      '//evil.example/',
      'https://evil.example/',
      '/\\evil',
      '/\t/evil.example',
      'javascript:alert(1)',
    ]) {
      const page = await site.person(`/login?next=${encodeURIComponent(next)}`);
      await signIn(page, 'ann');
      assert.equal(page.url(), `${site.server.url}/tests`, next);
      await page.context().close();
    }
    const page = await site.person('/login?next=%2Ftests%3Fpage%3D1');
    await signIn(page, 'ann');
    assert.equal(page.url(), `${site.server.url}/tests?page=1`);
    assert.equal(await textOf(page, '.who'), 'ann');
  });

  it('says the same of a wrong password and of a name that nobody has', async () => {
    const page = await site.person('/login');
    const texts: string[] = [];
    for (const [name, password] of [
      ['ann', 'wrong'],
      ['nobody', PASSWORD],
      ['pete', 'wrong'],
      ['blake', 'wrong'],
    ] as const) {
      const answered = page.waitForResponse((response) => response.request().method() === 'POST');
      await signIn(page, name, password);
      assert.equal((await answered).status(), 422);
      assert.equal(await page.inputValue('#username'), name);
      assert.equal(await page.inputValue('#password'), '');
      texts.push(await textOf(page, '#login-problem'));
    }
    assert.equal(new Set(texts).size, 1, texts.join());
    await site.checkAccess(page);
  });

  it('tells who waits and who is blocked, and gives neither a session', async () => {
    const page = await site.person('/login');
    await signIn(page, 'pete');
    assert.match(await textOf(page, '#login-problem'), /until a person approves/);
    await signIn(page, 'blake');
    assert.match(await textOf(page, '#login-problem'), /blocked/);
    await page.goto(`${site.server.url}/tests`);
    assert.equal(await page.locator('.who').count(), 0);
  });

  it('remembers a browser that is to be remembered, and no other', async () => {
    const page = await site.member('ann');
    const find = async () => (await page.context().cookies()).find(({ name }) => name === SESSION)!;
    const kept = await find();
    assert.deepEqual([kept.httpOnly, kept.sameSite, kept.secure, kept.path], [true, 'Lax', false, '/']);
    const days = (kept.expires - Date.now() / 1000) / 86_400;
    assert.ok(days > 399 && days <= 400, String(days));
    await submit(page.locator('#sign-out button'));
    await page.goto(`${site.server.url}/login`);
    assert.ok(await page.isChecked('input[type=checkbox][name=stay_logged_in]'));
    await page.uncheck('input[type=checkbox][name=stay_logged_in]');
    await signIn(page, 'ann');
    assert.equal((await find()).expires, -1);
    await submit(page.locator('#sign-out button'));
    await page.goto(`${site.server.url}/login`);
    assert.ok(!(await page.isChecked('input[type=checkbox][name=stay_logged_in]')));
  });

  it('marks its cookie for https alone behind a proxy that speaks it', async () => {
    const answer = await fetch(`${site.server.url}/login`, { headers: { 'x-forwarded-proto': 'https' } });
    assert.match(answer.headers.getSetCookie().join(), /; Secure/i);
  });

  it('begins a new session, and what was there before is worth nothing', async () => {
    const page = await site.person('/login');
    const find = async () => (await page.context().cookies()).find(({ name }) => name === SESSION)!.value;
    const [before, tokenBefore] = [await find(), await tokenOf(page)];
    await signIn(page, 'ann');
    const signedIn = await find();
    assert.notEqual(signedIn, before);
    assert.notEqual(await tokenOf(page), tokenBefore);
    const own = { cookie: `${SESSION}=${signedIn}` };
    const isMember = async (headers: Record<string, string>) =>
      /class="who"/.test(await (await fetch(`${site.server.url}/tests`, { headers })).text());
    assert.deepEqual(
      [await isMember(own), await isMember({ cookie: `${SESSION}=${before}` })],
      [true, false],
    );
    await submit(page.locator('#sign-out button'));
    assert.equal(await isMember(own), false);
  });

  it('signs out the other tabs as well', async () => {
    const page = await site.member('ann');
    const other = await page.context().newPage();
    await other.goto(`${site.server.url}/tests`);
    assert.equal(await textOf(other, '.who'), 'ann');
    await submit(page.locator('#sign-out button'));
    assert.match(await textOf(page, '#flashes'), /signed out/);
    await other.waitForSelector('a.button[href="/login"]');
  });

  it('takes a form only with its own token, from its own pages', async () => {
    const page = await site.member('ann');
    const stranger = await site.member('bob');
    const csrf_token = await tokenOf(page);
    const refused = [
      await site.post(page, '/logout', {}),
      await site.post(page, '/logout', { csrf_token: await tokenOf(stranger) }),
      await site.post(page, '/logout', { csrf_token }, { origin: 'https://evil.example' }),
      await site.post(page, '/logout', { csrf_token }, { 'sec-fetch-site': 'cross-site' }),
    ];
    assert.deepEqual(
      refused.map(({ status }) => status),
      [403, 403, 403, 403],
    );
    await page.reload();
    assert.equal(await textOf(page, '.who'), 'ann');
    const accepted = await site.post(page, '/logout', {}, { 'x-csrf-token': csrf_token });
    assert.deepEqual([accepted.status, accepted.headers.get('location')], [302, '/tests']);
  });

  it('works on a phone, by keyboard, in the dark and in the light', async () => {
    const phone = await site.person('/login', PHONE);
    await checkPhone(phone);
    await site.checkAccess(phone);
    await site.screenshots(phone, 'login-phone');
    await signIn(phone, 'ann');
    await checkPhone(phone);
    await site.checkAccess(phone);
    await phone.click('#menu-button');
    await site.screenshots(phone, 'tests-phone');
    const page = await site.person('/login');
    await site.screenshots(page, 'login');
    await page.keyboard.type('ann');
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.who');
    await site.checkAccess(page);
    await site.screenshots(page, 'tests');
    await page.goto(`${site.server.url}/there/is/no/such/page`);
    await site.checkAccess(page);
    await site.screenshots(page, '404');
  });

  it('asks no other host for anything and breaks no rule of its own', () => site.assertClean());
});

describe('too many wrong passwords', { skip }, () => {
  it('make the next ones wait, from any address, while workers that are known go on', async () => {
    const site = await SiteBrowser.start({ PASSWORD_FAILURES_PER_ACCOUNT: '3' });
    try {
      const worker = { password: PASSWORD, worker_info: { username: 'ann' } };
      const first = await site.server.post('/api/request_version', worker);
      const page = await site.person('/login');
      for (let i = 0; i < 3; i++) await signIn(page, 'ann', 'wrong');
      const csrf_token = await tokenOf(page);
      const fields = { csrf_token, username: 'ann', password: PASSWORD };
      const elsewhere = { 'x-forwarded-for': '203.0.113.9' };
      // Who has not guessed yet is let in with the right password; who has waits.
      const guess = await site.post(page, '/login', { ...fields, password: 'wrong' }, elsewhere);
      assert.equal(guess.status, 422);
      const slowed = await site.post(page, '/login', fields, elsewhere);
      assert.equal(slowed.status, 429);
      assert.ok(Number(slowed.headers.get('retry-after')) > 0);
      assert.match(await slowed.text(), /Too many attempts/);
      const second = await site.server.post('/api/request_version', worker);
      assert.deepEqual([first.status, second.status, second.body['error']], [200, 200, undefined]);
      const other = await site.post(page, '/login', { ...fields, username: 'bob' });
      assert.equal(other.status, 302);
    } finally {
      await site.stop();
    }
  });
});
