/** Rules of the pages that need no browser: where forms may lead, what a sign-up must be, and cookies of visitors. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { UserDocument } from '../../src/model/documents.js';
import {
  emailProblem,
  passwordProblem,
  repositoryProblem,
  tidyEmail,
  usernameProblem,
} from '../../src/site/account-rules.js';
import { BadForm, checkBoundary } from '../../src/site/forms.js';
import { html } from '../../src/site/html.js';
import { mostRuns } from '../../src/site/lists/asked-search.js';
import { isOwnPost } from '../../src/site/own-post.js';
import { findSiteRoute, SITE_ROUTES } from '../../src/site/routes.js';
import { safePath } from '../../src/site/safe-path.js';
import { checkNonce, isSolved, makePuzzle } from '../../src/site/signup-guard.js';
import type { SiteRequest } from '../../src/site/site-messages.js';
import type { Visit } from '../../src/site/visit.js';
import { readVisitor, writeVisitor } from '../../src/site/visitor-cookie.js';

const HOUR_MS = 3_600_000;

describe('the rules of the pages', () => {
  it('lead nowhere but to this server', () => {
    for (const path of ['/tests', '/tests?page=2', '/user/ann', '/']) assert.equal(safePath(path), path);
    const elsewhere = [
      '',
      'tests',
      '//evil.example',
      '/\\evil',
      'https://evil.example',
      '/\t/evil',
      '/tests/..//evil.example',
      '/.//evil.example',
      '/%2e//evil.example',
      '/a/%2E%2e//evil.example/tests?x=1',
      '/a\r\nb',
      `/${'a'.repeat(3_000)}`,
    ];
    for (const path of elsewhere) assert.equal(safePath(path), undefined, path);
  });

  it('let nobody ask for more than there is for visitors, or for accounts', () => {
    const most = (asked: string, account?: UserDocument) =>
      mostRuns({ account, query: new URLSearchParams({ max_count: asked }) } as Visit);
    const ann = { username: 'ann' } as UserDocument;
    assert.deepEqual(
      ['', '7', '1000', '10000', '1e9', '-1', 'x'].map((asked) => most(asked)),
      [1000, 7, 1000, 1000, 1000, 1000, 1000],
    );
    assert.deepEqual([most('', ann), most('5000', ann), most('1e9', ann)], [10_000, 5_000, 10_000]);
  });

  it('find the page of a path, and say what else the path takes', () => {
    for (const { method, path, page } of SITE_ROUTES) {
      const found = findSiteRoute(method, path.replace(/\{\w+\}/g, 'some'));
      assert.equal(found.kind === 'found' && found.route.page, page);
    }
    assert.deepEqual(findSiteRoute('DELETE', '/login'), { kind: 'method', allow: 'GET, HEAD, POST' });
    assert.deepEqual(findSiteRoute('GET', '/login//'), { kind: 'moved', path: '/login' });
    assert.equal(findSiteRoute('GET', '/user/a/b').kind, 'unknown');
    const account = findSiteRoute('HEAD', '/user/ann');
    assert.deepEqual(account.kind === 'found' && account.params, { name: 'ann' });
  });

  it('take the boundaries that browsers choose, and none that is empty or said twice', () => {
    for (const boundary of [
      '----WebKitFormBoundaryOGnHkT3b1xQ8',
      '----geckoformboundaryc1ae4c5f',
      '----formdata-undici-023456789012',
      '"quoted"; charset=utf-8',
    ]) {
      assert.doesNotThrow(() => checkBoundary(`multipart/form-data; boundary=${boundary}`), boundary);
    }
    for (const parameters of [
      '',
      '; boundary',
      '; boundary=',
      '; boundary=""',
      '; boundary=a; boundary=',
      "; boundary*=utf-8''; boundary=a",
      '; boundary*0=a; boundary=b',
      `; boundary=${'x'.repeat(71)}`,
    ]) {
      assert.throws(() => checkBoundary(`multipart/form-data${parameters}`), BadForm, parameters);
    }
  });

  it('escape what a page is given', () => {
    const text = String(html`<p title="${'" onload="x'}">${'<img src=x onerror=alert(1)>'}</p>`);
    assert.equal(text, '<p title="&quot; onload=&quot;x">&lt;img src=x onerror=alert(1)&gt;</p>');
  });

  it('know a name, an address, a repository and a password worth having', async () => {
    for (const name of ['ab', 'Joe17']) assert.equal(usernameProblem(name), undefined);
    for (const name of ['', 'a', 'a-b', 'é1', 'a b', 'x'.repeat(41)]) assert.ok(usernameProblem(name), name);
    for (const email of ['ann@example.org', 'a+b@sub.example.org'])
      assert.equal(emailProblem(email), undefined);
    for (const email of ['ann', 'ann@', 'a@b', 'ann@localhost', 'a b@example.org'])
      assert.ok(emailProblem(email));
    assert.equal(tidyEmail('Ann@Example.ORG'), 'Ann@example.org');
    for (const url of ['', 'https://github.com/ann/Stockfish', 'https://www.github.com/a/b']) {
      assert.equal(repositoryProblem(url), undefined);
    }
    for (const url of [
      'https://evil.example/a/b',
      'javascript:alert(1)',
      'https://github.com/a',
      'http://github.com/a/b',
    ]) {
      assert.ok(repositoryProblem(url), url);
    }
    assert.equal(await passwordProblem('granite-Otter-lantern-47', ['ann']), undefined);
    for (const password of ['', 'password1', ' granite-Otter-lantern-47', 'a'.repeat(73), 'annanderson']) {
      assert.ok(await passwordProblem(password, ['annanderson']), password);
    }
  });

  it('take a nonce neither too young nor too old, and no forged one', async () => {
    const { nonce, challenge } = await makePuzzle('secret', 1_000_000);
    const check = (age: number, text = nonce) => 'problem' in checkNonce(text, 'secret', 1_000_000 + age);
    assert.deepEqual(
      [check(2_999), check(3_000), check(2 * HOUR_MS), check(2 * HOUR_MS + 1)],
      [true, false, false, true],
    );
    assert.ok(check(5_000, nonce.replace(/^\w+/, 'zzz')));
    assert.ok(check(5_000, ''));
    const { algorithm, salt, signature, challenge: hash } = JSON.parse(challenge) as Record<string, string>;
    const forged = Buffer.from(JSON.stringify({ algorithm, challenge: hash, number: 1, salt, signature }));
    assert.equal(await isSolved(forged.toString('base64'), nonce, 'secret'), false);
    for (const text of ['', 'nonsense', 'x'.repeat(5_000)])
      assert.equal(await isSolved(text, nonce, 'secret'), false);
  });

  it('believe a cookie of a visitor only if it was made with the secret', () => {
    const visitor = { csrfToken: 'a'.repeat(64), flashes: [{ kind: 'note', text: 'grüße' }] } as const;
    const cookie = writeVisitor(visitor, 'secret');
    assert.deepEqual(readVisitor(cookie, 'secret'), visitor);
    for (const other of ['', 'v1.', 'v1.a.b', cookie.slice(0, -1), `${cookie}x`]) {
      assert.equal(readVisitor(other, 'secret'), undefined);
    }
    assert.equal(readVisitor(cookie, 'another'), undefined);
    const many = Array.from(
      { length: 100 },
      (_, i) => ({ kind: 'note', text: `${i} ${'x'.repeat(200)}` }) as const,
    );
    const long = writeVisitor({ ...visitor, flashes: many }, 'secret');
    assert.ok(long.length < 3_800);
    assert.match(readVisitor(long, 'secret')!.flashes.at(-1)!.text, /^99 /);
  });

  it('refuse a form that a browser says comes from elsewhere', () => {
    const from = (origin: string, fetchSite = '') =>
      isOwnPost({ host: 'here.example:8000', headers: { origin, fetchSite } } as SiteRequest);
    assert.deepEqual(
      [
        from(''),
        from('https://here.example:8000'),
        from('https://evil.example'),
        from('null'),
        from('', 'cross-site'),
      ],
      [true, true, false, false, false],
    );
  });
});
