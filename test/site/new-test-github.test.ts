/** Submitting a test whose commits GitHub knows, with a stand-in for it (docs/spec/web-ui.md §11.2). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import type { UserDocument } from '../../src/model/documents.js';
import { emptyBatch } from '../../src/state/collect-batch.js';
import { openStore } from '../../src/store/open-store.js';
import { GitHubStandIn, OFFICIAL } from '../../src/swarm/github-stand-in.js';
import { SiteBrowser, skip, textOf, tokenOf } from './site-browser.js';
import { NET, PASSWORD, seedFiles } from './site-seed.js';

const FORK = 'ann/Stockfish';
const OTHER_NET = 'nn-ffffffffffff.nnue';
const MESSAGE = 'Prune  more\n\nIt helps. bench: 1234567\nbench 2345678 it is\n\nas measured';
const VIEW = /\/tests\/view\/([0-9a-f]{24})\?follow=1$/;
const evaluate = (net: string) => ({
  'src/evaluate.h': `#define EvalFileDefaultName "${net}"\n// nn-0000000000aa.nnue is old\n`,
});

async function seedAll(storeUrl: string): Promise<void> {
  await seedFiles(storeUrl);
  const writer = await openStore(storeUrl).openWriter();
  const account = (username: string, registered: number): UserDocument => ({
    username,
    password: PASSWORD,
    registration_time: registered,
    pending: false,
    blocked: false,
    email: `${username}@example.org`,
    groups: [],
    tests_repo: 'https://github.com/variants/Engine',
    machine_limit: 16,
  });
  const users = [account('old', Date.UTC(2025, 5, 30, 23)), account('young', Date.UTC(2025, 6, 1))];
  await writer.commit({ ...emptyBatch(), users });
  await writer.close();
}

describe('a new test with GitHub', { skip }, () => {
  let site: SiteBrowser;
  let standIn: GitHubStandIn;
  const shas: Record<string, string> = {};
  before(async () => {
    standIn = await GitHubStandIn.start();
    const { repos } = standIn;
    repos.commit(OFFICIAL, { message: 'First\n\nbench 1111111', files: evaluate(NET) });
    shas['master'] = repos.commit(OFFICIAL, { message: 'Second\n\nbench 2222222' });
    repos.add(FORK, { forkOf: OFFICIAL });
    shas['idea'] = repos.commit(FORK, { branch: 'idea', message: MESSAGE });
    repos.commit(FORK, { branch: 'silent', message: 'No signature here' });
    repos.commit(FORK, { branch: 'newnet', message: 'Net\n\nbench 3456789', files: evaluate(OTHER_NET) });
    repos.add('variants/Engine');
    repos.commit('variants/Engine', { message: 'Variant\n\nbench 7777777', files: evaluate(NET) });
    repos.commit('variants/Engine', { branch: 'idea', message: 'Idea\n\nbench 7777778' });
    site = await SiteBrowser.start(standIn.settings, undefined, seedAll);
  });
  after(async () => {
    await site?.stop();
    await standIn?.stop();
  });

  const send = async (page: Page, fields: Record<string, string>) => {
    const answer = await site.post(page, '/tests/run', {
      csrf_token: await tokenOf(page),
      nonce: String(Math.random()),
      'tests-repo': `https://github.com/${FORK}`,
      'base-signature': '2222222',
      ...fields,
    });
    return {
      status: answer.status,
      text: await answer.text(),
      id: VIEW.exec(answer.headers.get('location') ?? '')?.[1],
    };
  };
  const stored = async (id: string | undefined) => {
    assert.ok(id !== undefined, 'the test is not made');
    const reader = await openStore(site.storeUrl).openReader();
    const run = await reader.run(id);
    await reader.close();
    return run!.args;
  };
  const submit = async (page: Page) => {
    const answered = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.click('.new-test-side button.primary');
    const response = await answered;
    await page.waitForLoadState();
    return { status: response.status(), id: VIEW.exec((await response.headerValue('location')) ?? '')?.[1] };
  };

  it('shows the first view at once, though GitHub is silent, and knows master later', async () => {
    standIn.fail('silent');
    const page = await site.member('ann', '/tests/run');
    assert.equal(await page.inputValue('#base-branch'), 'master');
    standIn.heal();
    for (let i = 0; (await page.inputValue('#base-signature')) !== '2222222'; i++) {
      assert.ok(i < 120, 'the signature of master is not known');
      await page.waitForTimeout(500);
      await page.reload();
    }
    assert.match(await textOf(page, '.new-test-side'), /Master: Second \(bench 2222222\)/);
  });

  it('takes signature, description, shas, titles and networks from the commits', async () => {
    const page = await site.member('ann', '/tests/run');
    await page.fill('#base-signature', '2222222');
    await page.fill('#test-branch', 'idea');
    const live = page.locator('#test-branch-live');
    await live.getByText('bench 2345678').waitFor();
    assert.match(await textOf(page, '#test-branch-live'), /Prune {1,2}more/);
    assert.match(await textOf(page, '#test-branch-live'), new RegExp(`networks known: ${NET}`));
    assert.match(await textOf(page, '#test-branch-live'), /the base is an ancestor of it/);
    await page.locator('#test-branch-live .good').waitFor();
    await site.checkAccess(page);
    await site.screenshot(page, 'new-test-github');
    const args = await stored((await submit(page)).id);
    assert.deepEqual(
      [args.new_signature, args.info, args.resolved_new, args.resolved_base],
      ['2345678', 'Prune more\nIt helps. bench: 1234567\nit is\nas measured', shas['idea'], shas['master']],
    );
    assert.deepEqual([args.msg_new, args.msg_base], ['Prune  more', 'Second']);
    assert.deepEqual([args.new_nets, args.base_nets, args.master_repo], [[NET], [NET], undefined]);
    await page.goto(`${site.server.url}/tests/run`);
    await page.fill('#test-branch', 'idea');
    await page.locator('#test-branch-live', { hasText: 'has a test that is unfinished' }).waitFor();
  });

  it('tells of a commit without signature at its field, and keeps the rest', async () => {
    const page = await site.member('ann', '/tests/run');
    await page.fill('#base-signature', '2222222');
    await page.fill('#test-branch', 'silent');
    await page.fill('#run-info', 'typed');
    assert.equal((await submit(page)).status, 422);
    assert.match(await textOf(page, '#test-signature-problem'), /names no signature/);
    assert.equal(await page.inputValue('#run-info'), 'typed');
    await page.fill('#test-signature', '2222233');
    assert.equal((await stored((await submit(page)).id)).new_signature, '2222233');
  });

  it('tells of branches and repositories that GitHub does not have', async () => {
    const page = await site.member('ann', '/tests/run');
    const branch = await send(page, { 'test-branch': 'nowhere' });
    assert.equal(branch.status, 422);
    assert.match(branch.text, /id="test-branch-problem"/);
    const repository = await send(page, {
      'test-branch': 'idea',
      'tests-repo': 'https://github.com/ann/none',
    });
    assert.match(repository.text, /id="tests-repo-problem"/);
    await page.fill('#test-branch', 'nowhere');
    await page.locator('#test-branch-live .problem').waitFor();
  });

  it('names a network that is missing, with the way to add it', async () => {
    const page = await site.member('ann', '/tests/run');
    await page.fill('#base-signature', '2222222');
    await page.fill('#test-branch', 'newnet');
    await page.locator('#test-branch-live a[href="/upload"]').waitFor();
    assert.equal((await submit(page)).status, 422);
    assert.match(await textOf(page, '#test-branch-problem'), new RegExp(`${OTHER_NET} is not known`));
    assert.ok(await page.isVisible('#test-branch-problem a[href="/upload"]'));
  });

  it('compares the base with the signature of master, if GitHub says it', async () => {
    const page = await site.member('ann', '/tests/run');
    const fields = { 'test-branch': 'idea', 'base-signature': '1111111' };
    const refused = await send(page, fields);
    assert.equal(refused.status, 422);
    assert.match(refused.text, /has the signature 2222222/);
    standIn.repos.add('bob/Stockfish', { forkOf: OFFICIAL });
    standIn.repos.commit('bob/Stockfish', { branch: 'idea', message: 'Bob\n\nbench 8888888' });
    standIn.fail('unavailable', { path: /\/commits\?/ });
    const bobs = { ...fields, 'tests-repo': 'https://github.com/bob/Stockfish' };
    assert.equal((await stored((await send(page, bobs)).id)).base_signature, '1111111');
    standIn.heal();
  });

  it('refuses forks of other projects to new accounts, and warns older ones', async () => {
    const fields = {
      'tests-repo': 'https://github.com/variants/Engine',
      'test-branch': 'idea',
      'base-signature': '7777777',
    };
    const young = await send(await site.member('young', '/tests/run'), fields);
    assert.equal(young.status, 422);
    assert.match(young.text, /This is no fork of https:\/\/github\.com\/official-stockfish\/Stockfish/);
    const page = await site.member('old', '/tests/run');
    const { master_repo: master } = await stored((await send(page, fields)).id);
    assert.equal(master, 'https://github.com/variants/Engine');
    await page.goto(`${site.server.url}/tests`);
    assert.match(await textOf(page, '#flashes .warning'), /no fork of the official one/);
  });

  it('stores the new address of a renamed repository with the run and the account', async () => {
    standIn.repos.add('bob/Renamed', { forkOf: OFFICIAL });
    standIn.repos.commit('bob/Renamed', { branch: 'idea', message: 'Bob\n\nbench 8888888' });
    standIn.repos.rename('bob/Renamed', 'bob/Engine');
    const page = await site.member('bob', '/tests/run');
    const sent = await send(page, { 'tests-repo': 'https://github.com/bob/Renamed/', 'test-branch': 'idea' });
    assert.equal((await stored(sent.id)).tests_repo, 'https://github.com/bob/Engine');
    await page.goto(`${site.server.url}/tests/run`);
    assert.equal(await page.inputValue('#tests-repo'), 'https://github.com/bob/Engine');
  });

  it('makes a tune of one commit', async () => {
    const page = await site.member('ann', '/tests/run');
    const rule = {
      stop_rule: 'spsa',
      spsa_raw_params: 'a,1,0,2,0.5,0.002',
      'base-branch': 'idea',
      'base-signature': '',
    };
    const args = await stored((await send(page, { 'test-branch': 'idea', ...rule })).id);
    assert.deepEqual([args.base_signature, args.resolved_base], ['2345678', args.resolved_new]);
  });

  it('says when GitHub is away, keeps what was typed, and takes an approver’s commits', async () => {
    standIn.fail('silent');
    const began = performance.now();
    const page = await site.member('ann', '/tests/run');
    await page.fill('#base-signature', '2222222');
    await page.fill('#test-branch', 'away');
    await page.fill('#run-info', 'kept');
    const answer = submit(page);
    const { body } = await site.server.post('/api/request_version', {
      password: PASSWORD,
      worker_info: { username: 'ann' },
    });
    assert.equal(body['error'], undefined);
    assert.ok(performance.now() - began < 60_000);
    assert.equal((await answer).status, 422);
    assert.match(await textOf(page, '#problems'), /try again/);
    assert.equal(await page.inputValue('#run-info'), 'kept');
    const byHand = {
      'test-branch': 'away',
      'test-commit': 'e'.repeat(40),
      'base-commit': 'f'.repeat(40),
      'test-signature': '1234567',
      'run-info': 'by hand',
      'test-nets': NET,
    };
    assert.equal((await send(page, byHand)).status, 422);
    const cora = await site.member('cora', '/tests/run');
    const args = await stored((await send(cora, byHand)).id);
    assert.deepEqual([args.resolved_new, args.new_nets], ['e'.repeat(40), [NET]]);
    standIn.heal();
  });

  it('asks no more than a person types', async () => {
    const page = await site.member('dan', '/tests/run');
    const check = () =>
      page.evaluate<number>(
        "fetch('/tests/run/check?tests-repo=https://github.com/ann/Stockfish&branch=idea', { headers: { 'HX-Request': 'true' } }).then((answer) => answer.status)",
      );
    const statuses = new Set<number>();
    for (let i = 0; i < 200 && !statuses.has(429); i++) statuses.add(await check());
    assert.deepEqual([...statuses], [200, 429]);
  });

  it('asked nobody else and broke no rule', () => site.assertClean());
});
