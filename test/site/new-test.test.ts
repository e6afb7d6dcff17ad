/** Submitting a test with commits typed by hand (docs/spec/web-ui.md §11.2), on both stores. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import type { ActionDocument } from '../../src/model/documents.js';
import { openStore } from '../../src/store/open-store.js';
import type { RunHead } from '../../src/store/port.js';
import { type MongodbPlace, mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { onceOnly, SiteBrowser, skip, textOf, tokenOf } from './site-browser.js';
import { NET, seedFiles } from './site-seed.js';
import { BASE_SHA, CODE, SHA, VIEW } from './whole-test.js';

const BOOK = 'UHO_Lichess_4852_v1.epd';

for (const kind of ['SQLite', 'MongoDB'] as const) {
  describe(`a new test on ${kind}`, { skip: skip || (kind === 'MongoDB' && withoutMongodb) }, () => {
    let site: SiteBrowser;
    let place: MongodbPlace | undefined;
    before(async () => {
      place = kind === 'MongoDB' ? await mongodbPlace('dots in keys') : undefined;
      site = await SiteBrowser.start({}, place?.url, seedFiles);
    });
    after(async () => {
      await site?.stop();
      await place?.remove();
    });

    const fill = async (page: Page, fields: Readonly<Record<string, string>>) => {
      for (const [name, value] of Object.entries(fields)) await page.fill(`[name="${name}"]`, value);
    };
    /** Presses the button; the address that the answer leads to, or its status. */
    const submit = async (page: Page): Promise<string | number> => {
      const answered = page.waitForResponse((response) => response.request().method() === 'POST');
      await page.click('.new-test-side button.primary');
      const response = await answered;
      await page.waitForLoadState();
      return response.status() === 302 ? ((await response.headerValue('location')) ?? '') : response.status();
    };
    const idOf = (location: string | number): string => {
      const id = VIEW.exec(String(location))?.[1];
      assert.ok(id !== undefined, `it leads to ${location}`);
      return id;
    };
    const stored = async (id: string): Promise<{ run: RunHead; events: ActionDocument[] }> => {
      const reader = await openStore(site.storeUrl).openReader();
      try {
        const run = await reader.run(id);
        assert.ok(run !== undefined, `there is no run ${id}`);
        return { run, events: await reader.actions({ kinds: ['new_run'], runId: id, limit: 9 }) };
      } finally {
        await reader.close();
      }
    };
    const problem = (page: Page, name: string) => textOf(page, `#${name}-problem`);
    /** The fields of a form as a script would send them. */
    const sent = async (page: Page, changes: Record<string, string> = {}) => ({
      ...CODE,
      'tests-repo': 'https://github.com/ann/Stockfish',
      csrf_token: await tokenOf(page),
      ...changes,
    });
    const post = async (page: Page, changes: Record<string, string> = {}) =>
      await site.post(page, '/tests/run', await sent(page, changes));

    it('is stored and logged as it was typed', async () => {
      const page = await site.member('ann', '/tests/run');
      assert.equal(await page.evaluate('document.activeElement.id'), 'test-branch');
      assert.equal(await page.inputValue('#tests-repo'), 'https://github.com/ann/Stockfish');
      await fill(page, { ...CODE, 'test-nets': NET });
      const { run, events } = await stored(idOf(await submit(page)));
      const { args } = run;
      assert.deepEqual(
        [args.username, args.new_tag, args.base_tag, args.resolved_new, args.resolved_base, args.new_nets],
        ['ann', 'my-idea', 'master', SHA, BASE_SHA, [NET]],
      );
      assert.deepEqual(
        [args.sprt?.elo0, args.sprt?.elo1, args.sprt?.batch_size, args.sprt?.elo_model, args.num_games],
        [0, 2, 16, 'normalized', 800_000],
      );
      assert.deepEqual(
        [args.tc, args.new_tc, args.threads, args.book, args.adjudication, args.auto_purge, run.approved],
        ['10+0.1', '10+0.1', 1, BOOK, true, false, false],
      );
      assert.deepEqual(
        events.map(({ username, message }) => [username, message]),
        [['ann', `SPRT<0.00,2.00> TC:10+0.1 Book:${BOOK} Threads:1 Hash:16/16`]],
      );
      await page.goto(`${site.server.url}/tests`);
      assert.match(await textOf(page, '#pending'), /my-idea/);
    });

    it('tells all faults at once, each at its field, and keeps what was typed', {
      skip: onceOnly(kind),
    }, async () => {
      const page = await site.member('ann', '/tests/run');
      await page.click('summary:has-text("More options")');
      await page.check('#checkbox-arch-filter');
      const typed = {
        'tests-repo': 'https://gitlab.com/ann/x',
        'test-branch': '',
        'test-commit': 'abc',
        'test-signature': 'many',
        'new-options': 'Hash=16 Häsh',
        'run-info': '  <b>two\nlines</b> ',
        sprt_elo0: '3',
        tc: '10+',
        threads: 'one',
        priority: '1.5',
        'arch-filter': '(',
      };
      await fill(page, typed);
      assert.equal(await submit(page), 422);
      for (const [name, value] of Object.entries(typed)) {
        assert.equal(await page.inputValue(`[name="${name}"]`), value, name);
        if (name !== 'run-info') assert.notEqual(await problem(page, name), '', name);
      }
      assert.match(await problem(page, 'sprt_elo0'), /less than elo1/);
      assert.match(await problem(page, 'threads'), /“one” is no whole number/);
      assert.equal(await page.evaluate('document.activeElement.id'), 'problems');
      assert.ok(await page.isVisible('#arch-filter'));
      await site.checkAccess(page);
      await site.screenshot(page, `new-test-faults-${kind}`);
      await page.click('#problems a:has-text("Threads")');
      assert.equal(await page.evaluate('document.activeElement.id'), 'threads');
    });

    it('takes a fixed number of games by the thousand', { skip: onceOnly(kind) }, async () => {
      const page = await site.member('ann', '/tests/run');
      await fill(page, CODE);
      await page.check('#stop_rule-games', { force: true });
      for (const [games, text] of [
        ['1500', /\(1500\) must be a multiple of 1000/],
        ['3201000', /to 3200000/],
        ['', /whole number is needed/],
      ] as const) {
        await page.fill('#num-games', games);
        assert.equal(await submit(page), 422);
        assert.match(await problem(page, 'num-games'), text);
        assert.equal(await page.inputValue('#test-commit'), SHA);
      }
      await page.fill('#num-games', '20000');
      const { run, events } = await stored(idOf(await submit(page)));
      assert.deepEqual([run.args.num_games, run.args.sprt], [20_000, undefined]);
      assert.match(events[0]!.message!, /^NumGames\[20000\] TC/);
    });

    it('makes one test of a button pressed twice, and of a form that a script sends twice', async () => {
      const page = await site.member('ann', '/tests/run');
      await fill(page, { ...CODE, 'test-branch': 'twice' });
      const locations: string[] = [];
      page.on('response', (response) => {
        const location = response.headers()['location'];
        if (location !== undefined) locations.push(location);
      });
      await page.evaluate(
        "for (let i = 0; i < 2; i++) document.querySelector('.new-test-side button.primary').click()",
      );
      await page.waitForURL(/\/tests\/view\//);
      assert.equal(locations.filter((each) => VIEW.test(each)).length, 1);
      const fields = { nonce: 'a nonce', 'test-branch': 'scripted' };
      const answers = await Promise.all([1, 2, 3].map(() => post(page, fields)));
      const places = new Set(answers.map(({ headers }) => headers.get('location')));
      assert.equal(places.size, 1, [...places].join());
      const { events } = await stored(idOf([...places][0] ?? ''));
      assert.equal(events.length, 1);
      const other = await post(page, { ...fields, nonce: 'another nonce' });
      assert.ok(!places.has(other.headers.get('location')));
      idOf(other.headers.get('location') ?? '');
    });

    it('is a tune with its parameters; a line at fault is told by its number', async () => {
      const page = await site.member('ann', '/tests/run');
      await fill(page, CODE);
      await page.check('#stop_rule-spsa', { force: true });
      await page.fill('#spsa_raw_params', 'razor,500,0,1000,20,0.002\nnull,3,1,7,0.5\nfut,0,-60,60,4,0.002');
      assert.equal(await submit(page), 422);
      assert.match(await problem(page, 'spsa_raw_params'), /line 2: it has 5 fields/);
      await page.fill(
        '#spsa_raw_params',
        'razor,500,0,1000,20,0.002\nnull,3,1,7,0.5,0.002\nfut,0,-60,60,4,0.002',
      );
      const { args } = (await stored(idOf(await submit(page)))).run;
      assert.deepEqual(
        args.spsa?.params.map(({ name }) => name),
        ['razor', 'null', 'fut'],
      );
      assert.deepEqual([args.base_signature, args.base_tag], [args.new_signature, 'my-idea']);
      assert.deepEqual([args.spsa?.A, args.spsa?.num_iter, args.num_games], [3_000, 30_000, 60_000]);
    });

    it('is made again with the code of the stored run, whatever the form says', async () => {
      const owner = await site.member('ann', '/tests/run');
      await fill(owner, { ...CODE, 'test-branch': 'again', 'test-nets': NET, tc: '60+0.6' });
      const id = idOf(await submit(owner));
      const page = await site.member('bob', `/tests/run?id=${id}`);
      for (const name of ['tests-repo', 'test-branch', 'base-branch', 'test-signature', 'base-signature']) {
        assert.ok(await page.evaluate(`document.getElementById('${name}').readOnly`), name);
      }
      assert.equal(await page.inputValue('#run-info'), 'LTC: Prune more');
      assert.equal(await page.inputValue('#bounds'), 'standard STC');
      const forged = await tokenOf(page);
      const hidden = {
        resolved_new: 'e'.repeat(40),
        msg_new: 'forged',
        rescheduled_from: id,
        csrf_token: forged,
      };
      const tampered = await post(page, {
        ...hidden,
        'test-branch': 'another',
        'test-commit': 'f'.repeat(40),
      });
      assert.equal(tampered.status, 422);
      assert.match(await tampered.text(), /keeps its code: this was “again”/);
      const byScript = await post(page, {
        ...hidden,
        'test-branch': 'again',
        'tests-repo': '',
        tc: '60+0.6',
      });
      const { args } = (await stored(idOf(byScript.headers.get('location') ?? ''))).run;
      assert.deepEqual([args.resolved_new, args.msg_new, args.new_nets], [SHA, '', [NET]]);
      const again = await stored(idOf(await submit(page)));
      assert.deepEqual(
        [
          again.run.rescheduled_from,
          again.run.args.username,
          again.run.args.info,
          again.run.args.resolved_base,
        ],
        [id, 'bob', 'LTC: Prune more', BASE_SHA],
      );
      const bob = await openStore(site.storeUrl).openReader();
      assert.equal((await bob.user('bob'))?.tests_repo, 'https://github.com/bob/Stockfish');
      await bob.close();
      const unknown = `/tests/run?id=${'0'.repeat(24)}`;
      for (const path of [unknown, '/tests/run?id=x', '/tests/run?id=']) {
        assert.equal((await page.goto(`${site.server.url}${path}`))?.status(), 404, path);
      }
      assert.equal((await post(page, { rescheduled_from: '0'.repeat(24) })).status, 404);
    });

    it('leaves out what its box does not ask for', { skip: onceOnly(kind) }, async () => {
      const page = await site.member('ann', '/tests/run');
      const hidden = {
        new_tc: '99+1',
        'arch-filter': 'nothing',
        compiler: 'icc',
        book: 'small.pgn',
        'book-depth': '4',
      };
      const plain = await stored(
        idOf((await post(page, { ...hidden, nonce: '1' })).headers.get('location') ?? ''),
      );
      const { args } = plain.run;
      assert.deepEqual([args.new_tc, args.arch_filter, args.compiler], ['10+0.1', undefined, undefined]);
      assert.deepEqual([args.book, args.book_depth], ['small.pgn', '4']);
      const ticked = {
        odds: '1',
        'checkbox-arch-filter': '1',
        'checkbox-compiler': '1',
        adjudication: '1',
        'auto-purge': '1',
      };
      const wrong = await post(page, { ...hidden, ...ticked, 'arch-filter': '^nothing$' });
      assert.equal(wrong.status, 422);
      const text = await wrong.text();
      assert.match(text, /matches no known architecture/);
      assert.match(text, /must be g\+\+ or clang\+\+/);
      const right = { ...hidden, ...ticked, 'arch-filter': 'avx2', compiler: 'clang++' };
      const { run } = await stored(idOf((await post(page, right)).headers.get('location') ?? ''));
      assert.deepEqual(
        [
          run.args.new_tc,
          run.args.arch_filter,
          run.args.compiler,
          run.args.adjudication,
          run.args.auto_purge,
        ],
        ['99+1', 'avx2', 'clang++', false, true],
      );
    });

    it('stops nobody with odd forms, and loses nothing', { skip: onceOnly(kind) }, async () => {
      const page = await site.member('ann', '/tests/run');
      for (const odd of [
        '\0',
        '\ud800',
        '💧'.repeat(2_000),
        '</textarea><script>alert(1)</script>',
        '1e999',
        '-0',
        '٣',
      ]) {
        const all = [
          'test-branch',
          'run-info',
          'threads',
          'tc',
          'num-games',
          'sprt_elo0',
          'book',
          'priority',
          'new-options',
        ];
        const answer = await post(page, Object.fromEntries(all.map((name) => [name, odd])));
        assert.equal(answer.status, 422, odd);
        assert.doesNotMatch(await answer.text(), /<script>alert/);
      }
    });
  });
}
