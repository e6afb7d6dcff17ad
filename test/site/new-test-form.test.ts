/** The form of a new test in a browser: what its scripts add, and that it needs none of them (docs/spec/web-ui.md §5, §11.2). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { RUN_ID } from '../server/seed.js';
import { checkPhone, PHONE, SiteBrowser, skip, textOf, tokenOf } from './site-browser.js';
import { seedFiles } from './site-seed.js';
import { CODE, VIEW } from './whole-test.js';

describe('the new-test form', { skip }, () => {
  let site: SiteBrowser;
  before(async () => {
    site = await SiteBrowser.start({}, undefined, seedFiles);
  });
  after(() => site?.stop());

  it('has kinds of test that fill in fields, but leave what was typed', async () => {
    const page = await site.member('ann', '/tests/run');
    await page.fill('#new-options', 'Move Overhead=10 Hash=16');
    await page.check('#test-type-ltc', { force: true });
    assert.equal(await page.inputValue('#new-options'), 'Hash=64 Move Overhead=10');
    assert.deepEqual(
      [await page.inputValue('#tc'), await page.inputValue('#bounds'), await page.inputValue('#sprt_elo1')],
      ['60+0.6', 'standard LTC', '2.5'],
    );
    // An option whose name has a blank is told at once.
    await page.locator('#summary', { hasText: 'must be key=value tokens' }).waitFor();
    await page.fill('#new-options', 'Hash=64 Ponder=false');
    await page.locator('#summary', { hasText: 'LTC SPRT <0.50,2.50>' }).waitFor();
    await page.fill('#tc', '30+0.3');
    await page.click('details.inline summary');
    await page.check('#test-type-vltc-smp', { force: true });
    assert.deepEqual([await page.inputValue('#tc'), await page.inputValue('#threads')], ['30+0.3', '8']);
    assert.match(await textOf(page, '#kept-note'), /Time control/);
    await page.click('#apply-all');
    assert.equal(await page.inputValue('#tc'), '60+0.6');
    await page.check('#test-type-pt', { force: true });
    assert.deepEqual(
      [
        await page.inputValue('#test-branch'),
        await page.inputValue('#base-branch'),
        await page.inputValue('#num-games'),
      ],
      ['master', 'SF_18', '60000'],
    );
    assert.ok(await page.isChecked('#stop_rule-games'));
    await page.check('#test-type-stc', { force: true });
    assert.deepEqual(
      [await page.inputValue('#base-branch'), await page.inputValue('#tc')],
      ['master', '10+0.1'],
    );
  });

  it('chooses the settings of a tune, and gives the old ones back', async () => {
    const page = await site.member('ann', '/tests/run');
    await page.fill('#base-branch', 'other');
    await page.fill('#test-branch', 'tune-it');
    await page.check('#stop_rule-spsa', { force: true });
    assert.equal(await page.inputValue('#base-branch'), 'tune-it');
    const names = ['spsa_A', 'spsa_alpha', 'spsa_gamma', 'num-games', 'spsa_raw_params'];
    const values = () => Promise.all(names.map((name) => page.inputValue(`#${name}`)));
    await page.fill(
      '#spsa_raw_params',
      'razor,500,0,1000,20,0.002\nnull,3,1,7,0.5,0.002\nfut,-5,-60,60,4,0.002',
    );
    const before = await values();
    await page.check('#autoselect');
    await page.getByText('Chosen.').waitFor();
    const lines = 'razor,500,0,1000,166.67,0.00565\nnull,3,1,7,1.00,0.00565\nfut,-5,-60,60,20.00,0.00565';
    assert.deepEqual(await values(), ['0', '0', '0', '207000', lines]);
    await page.uncheck('#autoselect');
    assert.deepEqual(await values(), before);
    await page.fill('#spsa_raw_params', 'razor,500');
    await page.click('#autoselect');
    await page.getByText('Nothing can be chosen').waitFor();
    assert.equal(await page.isChecked('#autoselect'), false);
    const choose = (content: string | Buffer) =>
      page.setInputFiles('#spsa-file', {
        name: 'tune.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from(content),
      });
    await choose('razor,500,0,1000,20,0.002\r\nnull,3,1,7,0.5,0.002\r\n');
    await page.getByText('2 lines from tune.txt').waitFor();
    const chosen = 'razor,500,0,1000,20,0.002\nnull,3,1,7,0.5,0.002';
    assert.equal(await page.inputValue('#spsa_raw_params'), chosen);
    await choose(Buffer.from([0xff, 0xfe, 0x00]));
    await page.getByText('tune.txt cannot be read as text').waitFor();
    assert.equal(await page.inputValue('#spsa_raw_params'), chosen);
    await page.check('#stop_rule-sprt', { force: true });
    assert.equal(await page.inputValue('#base-branch'), 'other');
  });

  it('says while somebody types which architectures match, and what is unusual', async () => {
    const page = await site.member('ann', '/tests/run');
    await page.click('summary:has-text("More options")');
    await page.check('#checkbox-arch-filter');
    for (const [filter, text] of [
      ['(', 'It cannot be used'],
      ['^nothing$', 'No architecture matches'],
      ['avx512', 'match: x86-64-avx512'],
    ] as const) {
      await page.fill('#arch-filter', filter);
      await page.locator('#arch-filter-live', { hasText: text }).waitFor();
    }
    await page.fill('#priority', '3');
    await page.selectOption('#throughput', '200');
    await page.selectOption('#book', 'small.pgn');
    await page.locator('#summary', { hasText: 'small book: 500 exits' }).waitFor();
    const text = await textOf(page, '#summary');
    for (const each of ['priority above normal: 3', 'throughput above normal: 200 %', 'match avx512']) {
      assert.ok(text.includes(each), `${each} in ${text}`);
    }
    assert.ok(await page.isVisible('#book-depth'));
    await page.check('#odds');
    await page.fill('#new_tc', '5+0.05');
    await page.locator('#summary', { hasText: 'time odds: 5+0.05 against 10+0.1' }).waitFor();
    await site.checkAccess(page);
    await site.screenshot(page, 'new-test-more');
  });

  it('asks about signatures that differ a lot', async () => {
    const page = await site.member('ann', '/tests/run');
    await page.fill('#test-signature', '1000000');
    await page.fill('#base-signature', '9000000');
    const questions: string[] = [];
    page.on('dialog', (dialog) => {
      questions.push(dialog.message());
      void dialog.dismiss();
    });
    await page.click('.new-test-side button.primary');
    assert.equal(questions.length, 1);
    assert.equal(new URL(page.url()).pathname, '/tests/run');
    await page.fill('#base-signature', '1000001');
    const answered = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.click('.new-test-side button.primary');
    assert.equal((await answered).status(), 422);
  });

  it('offers what was typed when the session ended meanwhile', async () => {
    const page = await site.member('bob', '/tests/run');
    await page.fill('#test-branch', 'long-thought');
    await page.fill('#run-info', 'Three paragraphs.');
    await page.check('#stop_rule-games', { force: true });
    const csrf_token = await tokenOf(page);
    await site.post(page, '/user_sessions', { csrf_token, which: 'all' });
    await page.click('.new-test-side button.primary');
    await page.waitForURL(/\/login/);
    await page.fill('#username', 'bob');
    await page.fill('#password', 'tidal-Kelp-forest-91');
    await page.click('button.primary');
    await page.waitForSelector('.who');
    await page.goto(`${site.server.url}/tests/run`);
    await page.click('#draft-restore');
    assert.deepEqual(
      [await page.inputValue('#test-branch'), await page.inputValue('#run-info')],
      ['long-thought', 'Three paragraphs.'],
    );
    assert.ok(await page.isChecked('#stop_rule-games'));
    assert.ok(await page.isVisible('#num-games'));
  });

  it('sends a whole test without scripts', async () => {
    const page = await site.member('ann', '/tests/run', { javaScriptEnabled: false });
    await page.getByRole('link', { name: 'LTC', exact: true }).click();
    assert.equal(await page.inputValue('#tc'), '60+0.6');
    for (const [name, value] of Object.entries(CODE)) await page.fill(`[name="${name}"]`, value);
    for (const summary of await page.locator('details.more > summary').all()) await summary.click();
    for (const name of ['priority', 'book-depth']) assert.ok(await page.isVisible(`#${name}`), name);
    const answered = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.click('.new-test-side button.primary');
    assert.match((await (await answered).headerValue('location')) ?? '', VIEW);
    assert.match(await textOf(page, '#flashes'), /is submitted/);
  });

  it('needs a mouse for nothing', async () => {
    const page = await site.member('ann', '/tests');
    await page.keyboard.press('n');
    await page.waitForURL(/\/tests\/run$/);
    await page.keyboard.type('by-keyboard');
    const fields = ['test-signature', 'new-options', 'test-commit'];
    for (const name of fields) {
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate('document.activeElement.id'), name);
    }
    await page.focus('#stop_rule-sprt');
    await page.keyboard.press('ArrowRight');
    assert.ok(await page.isChecked('#stop_rule-games'));
    assert.ok(await page.isVisible('#num-games'));
    await page.keyboard.press('Enter');
    await page.waitForSelector('#problems');
    assert.equal(await page.inputValue('#test-branch'), 'by-keyboard');
  });

  it('is for those who are signed in, and its address is kept', async () => {
    const page = await site.person('/tests/run?id=x');
    assert.equal(new URL(page.url()).search, '?next=%2Ftests%2Frun%3Fid%3Dx');
    const page2 = await site.person(`/tests/run?id=${RUN_ID}`);
    await page2.fill('#username', 'ann');
    await page2.fill('#password', 'tidal-Kelp-forest-91');
    await page2.click('button.primary');
    await page2.waitForSelector('#new-test');
    assert.equal(await page2.inputValue('#test-branch'), 'branch');
    assert.equal(await page2.inputValue('#num-games'), '20000');
    await site.checkAccess(page2);
  });

  it('works on a phone, in the dark and in the light', async () => {
    const phone = await site.member('ann', '/tests/run', PHONE);
    await phone.check('#stop_rule-spsa', { force: true });
    await phone.click('summary:has-text("More options")');
    await checkPhone(phone);
    await site.screenshots(phone, 'new-test-phone');
    const page = await site.member('ann', '/tests/run');
    await site.checkAccess(page);
    await site.screenshots(page, 'new-test');
  });

  it('asked nobody else and broke no rule', () => site.assertClean());
});
