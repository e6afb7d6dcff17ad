/** Signing up, profiles, approval, links for a new password, and worker keys (docs/spec/web-ui.md §11.1, §9), on both stores. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import type { ActionDocument } from '../../src/model/documents.js';
import { openStore } from '../../src/store/open-store.js';
import { type MongodbPlace, mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import {
  checkPhone,
  checkWidths,
  onceOnly,
  PHONE,
  SiteBrowser,
  signIn,
  skip,
  submit,
  textOf,
  tokenOf,
} from './site-browser.js';
import { PASSWORD } from './site-seed.js';

const NEW_PASSWORD = 'granite-Otter-lantern-47';

for (const kind of ['SQLite', 'MongoDB'] as const) {
  describe(`accounts on ${kind}`, { skip: skip || (kind === 'MongoDB' && withoutMongodb) }, () => {
    let site: SiteBrowser;
    let place: MongodbPlace | undefined;
    before(async () => {
      place = kind === 'MongoDB' ? await mongodbPlace() : undefined;
      site = await SiteBrowser.start({}, place?.url);
    });
    after(async () => {
      await site?.stop();
      await place?.remove();
    });

    const worker = async (username: string, password: string) => {
      const { body } = await site.server.post('/api/request_version', {
        password,
        worker_info: { username },
      });
      return body['error'] === undefined;
    };
    const actions = async (action: ActionDocument['action']) => {
      const reader = await openStore(site.storeUrl).openReader();
      try {
        return await reader.actions({ kinds: [action], limit: 50 });
      } finally {
        await reader.close();
      }
    };
    const fill = async (page: Page, fields: Record<string, string>) => {
      for (const [name, value] of Object.entries(fields)) await page.fill(`#${name}`, value);
    };
    const signupReady = async (page: Page) => {
      const isSolved = page.waitForSelector('form[action="/signup"] button.primary:enabled');
      // The youngest form that is taken has three seconds.
      await Promise.all([isSolved, page.waitForTimeout(3_100)]);
    };
    const forms = {
      signup: 'form[action="/signup"] button.primary',
      profile: 'form[action="/user"] button.primary',
    };

    it('tells all faults of a sign-up at once, each at its field, and keeps what was typed', {
      skip: onceOnly(kind),
    }, async () => {
      const page = await site.person('/signup');
      await signupReady(page);
      const nonce = await page.inputValue('input[name=nonce]');
      await page.evaluate('document.querySelector(\'form[action="/signup"]\').noValidate = true');
      await fill(page, {
        username: 'no-way',
        password: 'password',
        password2: 'other',
        email: 'nonsense',
        tests_repo: 'x',
      });
      assert.equal(await submit(page.locator(forms.signup)), 422);
      for (const name of ['username', 'password', 'password2', 'email', 'tests_repo']) {
        assert.equal(await page.getAttribute(`#${name}`, 'aria-invalid'), 'true', name);
        assert.notEqual(await textOf(page, `#${name}-problem`), '', name);
      }
      // A fault may stand below what a phone shows: its field has the cursor.
      assert.equal(await page.evaluate('document.activeElement.id'), 'username');
      assert.deepEqual(
        [
          await page.inputValue('#username'),
          await page.inputValue('#password'),
          await page.inputValue('#email'),
        ],
        ['no-way', '', 'nonsense'],
      );
      await site.checkAccess(page);
      await site.screenshot(page, `signup-faults-${kind}`);
      // What is refused leaves the nonce of the form as good as it was.
      const fields = {
        csrf_token: await tokenOf(page),
        nonce,
        password: NEW_PASSWORD,
        password2: NEW_PASSWORD,
      };
      const names = { JOE: /already registered/, é1: /letters A to Z/, 'a b': /letters A to Z/ };
      for (const [username, problem] of Object.entries(names)) {
        const email = `x${username.length}@example.org`;
        const answer = await site.post(page, '/signup', { ...fields, username, email, tests_repo: '' });
        assert.equal(answer.status, 422);
        assert.match(await answer.text(), problem);
      }
    });

    it('makes an account that waits, of which approvers hear at once', async () => {
      const cora = await site.member('cora');
      await cora.waitForSelector('#pending-count .count', { state: 'attached' });
      const before = Number.parseInt(await textOf(cora, '#pending-count .count'), 10);
      const page = await site.person('/signup');
      await fill(page, {
        username: 'Newbie',
        password: NEW_PASSWORD,
        password2: NEW_PASSWORD,
        email: 'new@Example.org',
      });
      await signupReady(page);
      assert.equal(await submit(page.locator(forms.signup)), 302);
      assert.equal(new URL(page.url()).pathname, '/login');
      assert.match(await textOf(page, '#flashes'), /Newbie is made/);
      await signIn(page, 'Newbie', NEW_PASSWORD);
      assert.match(await textOf(page, '#login-problem'), /until a person approves/);
      assert.equal(await worker('Newbie', NEW_PASSWORD), false);
      const reader = await openStore(site.storeUrl).openReader();
      const made = await reader.user('Newbie');
      await reader.close();
      assert.deepEqual(
        [made?.pending, made?.blocked, made?.groups, made?.machine_limit, made?.email],
        [true, false, [], 16, 'new@example.org'],
      );
      for (let i = 0; Number.parseInt(await textOf(cora, '#pending-count'), 10) !== before + 1; i++) {
        assert.ok(i < 150, 'the number of those who wait does not rise');
        await cora.waitForTimeout(100);
      }
      await cora.goto(`${site.server.url}/user/Newbie`);
      assert.equal(await cora.getByText('without solving the puzzle').count(), 0);
    });

    it('takes no form of a program: sent twice, with the hidden field', async () => {
      const page = await site.person('/signup');
      await signupReady(page);
      const fields = async (username: string) => ({
        csrf_token: await tokenOf(page),
        nonce: await page.inputValue('input[name=nonce]'),
        username,
        password: NEW_PASSWORD,
        password2: NEW_PASSWORD,
        email: `${username}@example.org`,
        tests_repo: '',
      });
      assert.equal(
        (await site.post(page, '/signup', { ...(await fields('robot')), website: 'x' })).status,
        422,
      );
      const plain = await site.post(page, '/signup', await fields('textual'));
      assert.deepEqual([plain.status, plain.headers.get('location')], [302, '/login']);
      assert.equal((await site.post(page, '/signup', await fields('again'))).status, 422);
      const cora = await site.member('cora', '/user/textual');
      assert.equal(await cora.getByText('without solving the puzzle').count(), 1);
    });

    it('changes an address only with the current password, and to nobody else’s', async () => {
      const page = await site.member('ann', '/user');
      await fill(page, { email: 'ann2@example.org' });
      await page.evaluate('document.querySelector(\'form[action="/user"]\').noValidate = true');
      assert.equal(await submit(page.locator(forms.profile)), 422);
      assert.equal(await page.inputValue('#email'), 'ann2@example.org');
      assert.match(await textOf(page, '#old_password-problem'), /wrong/);
      await fill(page, { email: 'BOB@example.org', old_password: PASSWORD });
      assert.equal(await submit(page.locator(forms.profile)), 422);
      assert.match(await textOf(page, '#email-problem'), /another account/);
      await fill(page, { email: 'ann2@example.org', old_password: PASSWORD });
      assert.equal(await submit(page.locator(forms.profile)), 302);
      assert.match(await textOf(page, '#flashes'), /address is changed/);
      assert.equal(await page.inputValue('#email'), 'ann2@example.org');
    });

    it('ends the other sessions with the old password, and refuses workers that have it', async () => {
      const page = await site.member('ann', '/user');
      const other = await site.member('ann');
      assert.ok(await worker('ann', PASSWORD));
      await fill(page, { password: NEW_PASSWORD, password2: NEW_PASSWORD, old_password: PASSWORD });
      assert.equal(await submit(page.locator(forms.profile)), 302);
      assert.equal(await textOf(page, '.who'), 'ann');
      await other.reload();
      assert.equal(await other.locator('.who').count(), 0);
      assert.deepEqual([await worker('ann', PASSWORD), await worker('ann', NEW_PASSWORD)], [false, true]);
      await other.goto(`${site.server.url}/login`);
      await signIn(other, 'ann', NEW_PASSWORD);
      assert.equal(await textOf(other, '.who'), 'ann');
      await page.reload();
      await submit(page.getByRole('button', { name: 'Sign out everywhere else' }));
      await other.reload();
      assert.equal(await other.locator('.who').count(), 0);
    });

    it('shows accounts to approvers only', { skip: onceOnly(kind) }, async () => {
      const bob = await site.member('bob');
      await bob.goto(`${site.server.url}/user/ann`);
      assert.equal(new URL(bob.url()).pathname, '/tests');
      assert.match(await textOf(bob, '#flashes'), /Only approvers/);
      const cora = await site.member('cora', '/user/bob');
      assert.match(await textOf(cora, 'main'), /bob@example\.org/);
      assert.match(await textOf(cora, 'main'), /Machine limit\s*16/);
      const nobody = await cora.goto(`${site.server.url}/user/nobody`);
      assert.equal(nobody?.status(), 404);
      const csrf_token = await tokenOf(bob);
      const forged = await site.post(bob, '/user/pete', { csrf_token, pending: '0' });
      assert.equal(forged.headers.get('location'), '/tests');
      assert.equal((await actions('accept_user')).length, 0);
    });

    it('accepts and rejects those who wait, once', async () => {
      const cora = await site.member('cora', '/user_management');
      const questions: string[] = [];
      cora.on('dialog', (dialog) => {
        questions.push(dialog.message());
        void dialog.accept();
      });
      const row = (name: string) =>
        cora.locator('tr', { has: cora.getByRole('link', { name, exact: true }) });
      await submit(row('pete').getByRole('button', { name: 'Accept' }));
      await cora.waitForSelector('.flash');
      assert.match(await textOf(cora, '#flashes'), /pete is accepted/);
      await submit(row('paula').getByRole('button', { name: 'Reject' }));
      await cora.getByText('paula is rejected').waitFor();
      assert.equal(questions.length, 1);
      const [accepted] = await actions('accept_user');
      assert.deepEqual([accepted?.username, accepted?.user, accepted?.message], ['cora', 'pete', 'accepted']);
      const rejected = (await actions('log_message')).find(({ message }) => message?.includes('paula'));
      assert.deepEqual([rejected?.username, rejected?.message], ['cora', 'rejected paula']);
      const again = await site.post(cora, '/user/pete', { csrf_token: await tokenOf(cora), pending: '1' });
      assert.equal(again.status, 302);
      assert.equal((await cora.goto(`${site.server.url}/user/paula`))?.status(), 404);
      const pete = await site.member('pete');
      assert.equal(await textOf(pete, '.who'), 'pete');
    });

    it('blocks an account while it reads, with one event however often it is pressed', async () => {
      const bob = await site.member('bob');
      assert.ok(await worker('bob', PASSWORD));
      const cora = await site.member('cora');
      const csrf_token = await tokenOf(cora);
      for (let i = 0; i < 2; i++)
        await site.post(cora, '/user/bob', { csrf_token, user: 'bob', blocked: '1' });
      await bob.reload();
      assert.equal(await bob.locator('.who').count(), 0);
      assert.match(await textOf(bob, '#flashes'), /blocked/);
      assert.equal(await worker('bob', PASSWORD), false);
      assert.equal((await actions('block_user')).filter(({ user }) => user === 'bob').length, 1);
      await site.post(cora, '/user/bob', { csrf_token, user: 'bob', blocked: '0' });
      assert.ok(await worker('bob', PASSWORD));
    });

    it('lets the bearer of a link choose a new password, once', async () => {
      const cora = await site.member('cora', '/user/bob');
      cora.on('dialog', (dialog) => void dialog.accept());
      await submit(cora.getByRole('button', { name: 'Link for a new password' }));
      const link = await textOf(cora, '#reset-link');
      const bob = await site.member('bob');
      const page = await site.person(new URL(link).pathname);
      await fill(page, { password: 'easy', password2: 'easy' });
      assert.equal(await submit(page.locator('main button.primary')), 422);
      await fill(page, { password: NEW_PASSWORD, password2: NEW_PASSWORD });
      assert.equal(await submit(page.locator('main button.primary')), 302);
      await signIn(page, 'bob', NEW_PASSWORD);
      assert.equal(await textOf(page, '.who'), 'bob');
      await bob.reload();
      assert.equal(await bob.locator('.who').count(), 0);
      assert.deepEqual([await worker('bob', PASSWORD), await worker('bob', NEW_PASSWORD)], [false, true]);
      assert.equal((await page.goto(link))?.status(), 404);
    });

    it('gives workers keys in place of the password, and takes them back', async () => {
      const page = await site.member('cora', '/user');
      page.on('dialog', (dialog) => void dialog.accept());
      await page.fill('#name', 'my farm');
      await submit(page.getByRole('button', { name: 'Make a key' }));
      const secret = await textOf(page, '#new-key');
      assert.match(secret, /^sht_/);
      assert.equal(await page.locator('#keys-of-workers tbody tr', { hasText: 'my farm' }).count(), 1);
      await site.screenshot(page, `key-${kind}`);
      assert.deepEqual([await worker('cora', secret), await worker('dan', secret)], [true, false]);
      assert.ok(await worker('cora', PASSWORD));
      const stranger = await site.person('/login');
      await signIn(stranger, 'cora', secret);
      assert.match(await textOf(stranger, '#login-problem'), /wrong/);
      const exported = await page.request.get(`${site.server.url}/user/export`);
      const { username, email, worker_keys: keys, sessions } = await exported.json();
      assert.deepEqual([username, email, keys[0].name], ['cora', 'cora@example.org', 'my farm']);
      assert.ok(keys[0].last_used >= keys[0].made && sessions.length > 0);
      const text = await exported.text();
      for (const hidden of [secret, PASSWORD, 'password', 'csrf', 'scrypt'])
        assert.ok(!text.includes(hidden), hidden);
      assert.equal(
        new URL((await stranger.request.get(`${site.server.url}/user/export`)).url()).pathname,
        '/login',
      );
      await page.goto(`${site.server.url}/user`);
      await submit(page.getByRole('button', { name: 'Revoke' }));
      await page.getByText('is revoked').waitFor();
      assert.deepEqual([await worker('cora', secret), await worker('cora', PASSWORD)], [false, true]);
    });

    it('works on a phone, in the dark and in the light', { skip: onceOnly(kind) }, async () => {
      const phone = await site.member('dan', '/user', PHONE);
      const page = await site.member('dan', '/user');
      for (const path of ['/user', '/user_management?group=all', '/user/blake']) {
        const name = path.slice(1).replaceAll(/\W+/g, '-');
        await phone.goto(`${site.server.url}${path}`);
        await checkPhone(phone);
        await site.screenshots(phone, `${name}-phone`);
        await page.goto(`${site.server.url}${path}`);
        await site.checkAccess(page);
        await site.screenshots(page, `${name}`);
      }
      await checkWidths(page);
      const signup = await site.person('/signup', PHONE);
      await checkPhone(signup);
      await site.screenshots(signup, 'signup-phone');
    });

    it('asks no other host for anything and breaks no rule of its own', () => site.assertClean());
  });
}

describe('sign-up that is closed', { skip }, () => {
  it('says so, and takes no form', async () => {
    const site = await SiteBrowser.start({ SIGNUP: 'closed' });
    try {
      const page = await site.person('/signup');
      assert.match(await textOf(page, 'main'), /Nobody can sign up/);
      await page.goto(`${site.server.url}/login`);
      const refused = await site.post(page, '/signup', { csrf_token: await tokenOf(page), username: 'x' });
      assert.equal(refused.status, 403);
      assert.match(await refused.text(), /Nobody can sign up/);
    } finally {
      await site.stop();
    }
  });
});
