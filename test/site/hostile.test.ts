/** What a hostile visitor tries (SECURITY.md, "The web application"), against the built server. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { SITE_ROUTES } from '../../src/site/routes.js';
import { openStore } from '../../src/store/open-store.js';
import { seedRuns } from './run-seed.js';
import { SiteBrowser, skip, textOf, tokenOf } from './site-browser.js';

const RUN = '66f1a2b3c4d5e6f708192201';
const MARKUP = '<img src=x onerror=alert(1)>';
const EVIL = 'https://evil.example';

describe('a hostile visitor', { skip }, () => {
  let site: SiteBrowser;
  before(async () => {
    const env = { SITE_POSTS_PER_MINUTE: '1000' };
    site = await SiteBrowser.start(env, undefined, (url) => seedRuns(url, [{ id: RUN }]));
  });
  after(() => site?.stop());

  const cookieOf = async (page: Page) =>
    (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const send = async (
    page: Page,
    path: string,
    body: string | Buffer | FormData,
    headers: Record<string, string> = {},
  ) =>
    await fetch(`${site.server.url}${path}`, {
      method: 'POST',
      body,
      redirect: 'manual',
      headers: { cookie: await cookieOf(page), ...headers },
    });
  const read = async () => {
    const reader = await openStore(site.storeUrl).openReader();
    try {
      const { approved, finished, deleted, args } = (await reader.run(RUN))!;
      const users = [];
      for await (const { username, blocked, pending, email, password } of reader.users()) {
        users.push({ username, blocked, pending, email, password });
      }
      const actions = (await reader.actions({ limit: 100 })).filter(
        ({ action }) => action !== 'system_event',
      );
      return { approved, finished, deleted, priority: args.priority, users, actions: actions.length };
    } finally {
      await reader.close();
    }
  };

  it('changes nothing by any form without the token of the session, or from elsewhere', async () => {
    const cora = await site.member('cora');
    const dan = await site.member('dan');
    const before = await read();
    const fields = {
      'run-id': RUN,
      run: RUN,
      'num-games': '800000',
      priority: '5',
      user: 'ann',
      blocked: '1',
      pending: '1',
    };
    const [own, other] = [await tokenOf(cora), await tokenOf(dan)];
    assert.notEqual(own, other);
    for (const { method, path } of SITE_ROUTES) {
      if (method !== 'POST') continue;
      const address = path.replace('{name}', 'ann').replace('{secret}', 'x'.repeat(43));
      const tries = [
        await site.post(cora, address, fields),
        await site.post(cora, address, { ...fields, csrf_token: other }),
        await site.post(cora, address, { ...fields, csrf_token: own.slice(1) }),
        await site.post(cora, address, { ...fields, csrf_token: own }, { origin: EVIL }),
        await site.post(cora, address, { ...fields, csrf_token: own }, { 'sec-fetch-site': 'cross-site' }),
        await site.post(cora, address, { ...fields, csrf_token: own }, { origin: 'null' }),
      ];
      assert.deepEqual(
        tries.map(({ status }) => status),
        tries.map(() => 403),
        address,
      );
    }
    assert.deepEqual(await read(), before);
  });

  it('gets nothing of what is for others by an address alone', async () => {
    const [nobody, bob] = [await site.person('/login'), await site.member('bob')];
    for (const { method, path, who } of SITE_ROUTES) {
      if (who === 'anyone') continue;
      const address = path.replace('{name}', 'ann').replace('{secret}', 'x');
      const ask = async (page: Page) =>
        method === 'GET'
          ? await fetch(`${site.server.url}${address}`, {
              headers: { cookie: await cookieOf(page) },
              redirect: 'manual',
            })
          : await site.post(page, address, { csrf_token: await tokenOf(page) });
      const refused = await ask(nobody);
      assert.deepEqual(
        [refused.status, refused.headers.get('location')?.startsWith('/login')],
        [302, true],
        address,
      );
      if (who === 'approver') assert.equal((await ask(bob)).headers.get('location'), '/tests', address);
    }
  });

  it('is led nowhere else by what a browser says, and puts no header into an answer', async () => {
    const ann = await site.member('ann');
    const csrf_token = await tokenOf(ann);
    for (const referer of [
      `${EVIL}/tests`,
      `${site.server.url}/logout`,
      `${site.server.url}//evil.example/tests`,
      'x',
    ]) {
      const answer = await site.post(ann, '/tests/purge', { csrf_token, 'run-id': RUN }, { referer });
      assert.equal(answer.headers.get('location'), `/tests/view/${RUN}`, referer);
    }
    const split = 'a\r\nSet-Cookie: planted=1\r\nX-Planted: 1';
    const answers = [
      await site.post(ann, '/tests/stop', { csrf_token, 'run-id': split, reason: split }),
      await site.post(ann, '/login', { csrf_token, next: `/${split}`, username: split, password: split }),
      await fetch(`${site.server.url}/tests/view/${encodeURIComponent(split)}`),
      await fetch(`${site.server.url}/tests/view/${RUN}?show_task=${encodeURIComponent(split)}`),
      await fetch(`${site.server.url}/login?next=${encodeURIComponent(split)}`),
      await fetch(`${site.server.url}/tests/${encodeURIComponent(split)}/`, { redirect: 'manual' }),
    ];
    for (const answer of answers) {
      assert.equal(answer.headers.get('x-planted'), null);
      assert.ok(!answer.headers.getSetCookie().some((cookie) => cookie.startsWith('planted')));
      assert.ok(answer.status < 500, answer.url);
    }
  });

  it('stops nothing by forms that are too large, broken or odd', async () => {
    const ann = await site.member('ann');
    const csrf_token = await tokenOf(ann);
    const before = await read();
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const parts = (boundary: string) => ({ 'content-type': `multipart/form-data; boundary=${boundary}` });
    const many = Array.from({ length: 201 }, (_, i) => `f${i}=1`).join('&');
    const file = new FormData();
    file.set('csrf_token', csrf_token);
    file.set('run-id', new Blob(['x'.repeat(1000)]), 'id.txt');
    const statuses = {
      large: (await send(ann, '/tests/stop', `run-id=${'x'.repeat(300_000)}`, type)).status,
      many: (await send(ann, '/tests/stop', `csrf_token=${csrf_token}&${many}`, type)).status,
      cut: (
        await send(
          ann,
          '/tests/stop',
          '--b\r\nContent-Disposition: form-data; name="run-id"\r\n\r\n66',
          parts('b'),
        )
      ).status,
      unbounded: (await send(ann, '/tests/stop', 'x', { 'content-type': 'multipart/form-data' })).status,
      // A parser would look for it without end.
      nothing: (await send(ann, '/tests/stop', '--\r\n\r\n----', parts(''))).status,
      nothingOfAFile: (await send(ann, '/upload', '--\r\n\r\n----', parts(''))).status,
      twice: (await send(ann, '/upload', '--\r\n\r\n----', parts('b; boundary='))).status,
      file: (await send(ann, '/tests/stop', file)).status,
      json: (
        await send(ann, '/tests/stop', JSON.stringify({ csrf_token, 'run-id': RUN }), {
          'content-type': 'application/json',
        })
      ).status,
      bytes: (await send(ann, '/tests/stop', Buffer.from([0xff, 0xfe, 0, 0x26, 0x3d]), type)).status,
      empty: (await send(ann, '/tests/stop', '', type)).status,
    };
    assert.deepEqual(statuses, {
      large: 413,
      many: 400,
      cut: 400,
      unbounded: 400,
      nothing: 400,
      nothingOfAFile: 403,
      twice: 403,
      file: 404,
      json: 403,
      bytes: 403,
      empty: 403,
    });
    const twice = `csrf_token=${csrf_token}&run=${RUN}&num-games=800000&priority=-5&priority=high&__proto__=1&constructor=2`;
    assert.equal((await send(ann, '/tests/modify', twice, type)).status, 422);
    assert.deepEqual(await read(), before);
  });

  it('changes nothing of another account, whatever hidden field is altered', async () => {
    const [ann, bob] = [await site.member('ann'), await site.member('bob')];
    await ann.goto(`${site.server.url}/user`);
    await ann.fill('#name', MARKUP);
    await Promise.all([ann.waitForSelector('#new-key'), ann.click('form[action="/user_keys"] button')]);
    await ann.goto(`${site.server.url}/user`);
    const key = await ann.getAttribute('form[action="/user_keys/revoke"] input[name=key]', 'value');
    assert.equal(await ann.locator('img[src=x]').count(), 0);
    assert.match(await textOf(ann, '#keys-of-workers'), /<img src=x/);
    const csrf_token = await tokenOf(bob);
    const before = await read();
    const sessions = async () => {
      const reader = await openStore(site.storeUrl).openReader();
      const found = [
        await reader.siteRecordsOf('session', 'ann'),
        await reader.siteRecordsOf('workerKey', 'ann'),
      ];
      await reader.close();
      return found.map((records) => records.map((record) => record.key));
    };
    const [held, keys] = await sessions();
    assert.deepEqual(keys, [key]);
    for (const which of held!) await site.post(bob, '/user_sessions', { csrf_token, which });
    await site.post(bob, '/user_keys/revoke', { csrf_token, key: key! });
    const wrong = await site.post(bob, '/user', {
      csrf_token,
      user: 'ann',
      email: 'mine@example.org',
      old_password: 'no',
    });
    assert.equal(wrong.status, 422);
    for (const verb of ['stop', 'purge', 'delete', 'undelete', 'approve']) {
      assert.equal((await site.post(bob, `/tests/${verb}`, { csrf_token, 'run-id': RUN })).status, 302);
    }
    await site.post(bob, '/tests/modify', {
      csrf_token,
      run: RUN,
      'num-games': '800000',
      priority: '5',
      info: MARKUP,
    });
    await site.post(bob, '/user/ann', { csrf_token, user: 'bob', blocked: '1' });
    await site.post(bob, '/user_management', { csrf_token, names: 'pete,paula', decision: 'accept' });
    assert.deepEqual(await read(), before);
    assert.deepEqual(await sessions(), [held, keys]);
  });

  it('tells an approver nothing but text: names, addresses and reasons are never markup', async () => {
    const ann = await site.member('ann', `/tests/view/${RUN}`);
    ann.on('dialog', (dialog) => void dialog.accept());
    await ann.click('#modify summary');
    await ann.fill('#info', `${MARKUP}\n"></textarea></form>${MARKUP}`);
    await Promise.all([
      ann.waitForResponse((response) => response.request().method() === 'POST'),
      ann.click('#modify button'),
    ]);
    await ann.waitForSelector('#flashes .flash');
    await ann.fill('#stop-reason', MARKUP);
    await Promise.all([
      ann.waitForResponse((response) => response.request().method() === 'POST'),
      ann.click('form[action="/tests/stop"] button'),
    ]);
    await ann.waitForSelector('#state:text("finished")');
    for (const path of [`/tests/view/${RUN}`, '/tests', '/user_management']) {
      const cora = await site.member('cora', path);
      assert.equal(await cora.locator('img[src=x], [onerror]').count(), 0, path);
    }
    const answer = await fetch(`${site.server.url}/tests/view/${RUN}`);
    assert.match(
      answer.headers.get('content-security-policy') ?? '',
      /default-src 'none'; script-src 'self'/,
    );
    assert.equal(answer.headers.get('set-cookie'), null);
  });

  it('asks no other host for anything and breaks no rule of its own', () => site.assertClean());
});
