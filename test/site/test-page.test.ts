/** The page of one test: what it shows of each kind, to whom, on which screen, and of what people typed (docs/spec/web-ui.md §4.6, §4.7). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ActionDocument } from '../../src/model/documents.js';
import { newObjectId } from '../../src/model/object-id.js';
import { emptyBatch } from '../../src/state/collect-batch.js';
import { openStore } from '../../src/store/open-store.js';
import { HttpMember } from './http-member.js';
import { type SeededRun, seededTask, seedRuns } from './run-seed.js';
import { checkPhone, PHONE, SiteBrowser, skip, textOf } from './site-browser.js';

const id = (n: number) => `66f1a2b3c4d5e6f7081921${n.toString(16).padStart(2, '0')}`;
const PAIRS = [100, 200, 400, 200, 100];
const MARKUP = '<img src=x onerror="document.title=1">';
const TURNED = 'safe\u202eexe\u0007';

const RUNS = {
  pending: id(1),
  active: id(2),
  finished: id(3),
  tune: id(4),
  warned: id(5),
  hostile: id(6),
  byKeys: id(7),
} as const;

const SEEDED: readonly SeededRun[] = [
  { id: RUNS.pending },
  { id: RUNS.byKeys, form: { new_tag: 'by-keys' } },
  {
    id: RUNS.active,
    head: { approved: true, approver: 'cora' },
    form: { new_tag: 'history-malus', info: 'A larger malus for quiet moves that failed.' },
    args: { sprt: undefined as never, num_games: 60_000 },
    tasks: Array.from({ length: 60 }, (_, i) =>
      seededTask(
        `w${String(i % 9).padStart(3, '0')}`,
        [4, 40, 90, 44, 6 + (i % 5)],
        i > 50 ? { active: true, num_games: 416 } : {},
      ),
    ),
  },
  {
    id: RUNS.finished,
    head: { finished: true, approved: true, approver: 'cora' },
    form: { new_tag: 'time-odds', new_tc: '11+0.1', rescheduled_from: RUNS.pending },
    tasks: ['one', 'two', 'six'].map((key) => seededTask(key, PAIRS)),
  },
  {
    id: RUNS.tune,
    head: { approved: true, approver: 'cora' },
    form: {
      new_tag: 'tune-lmr',
      sprt: undefined as never,
      num_games: 50_000,
      spsa: { raw_params: 'lmrBase,1024,512,2048,50,0.002\nlmrScale,256,128,512,20,0.002' },
    },
  },
  {
    id: RUNS.warned,
    form: {
      throughput: 200,
      priority: 2,
      base_options: 'Hash=64',
      tc: '60+0.6',
      compiler: 'g++',
      arch_filter: 'avx2',
      book: 'small.epd',
      master_repo: 'https://github.com/someone/Engine',
    },
    head: { failures: 2, failed: true },
  },
  {
    id: RUNS.hostile,
    args: {
      new_tag: MARKUP,
      base_tag: TURNED,
      msg_new: MARKUP,
      info: `${MARKUP} javascript:alert(1) https://example.org/"onmouseover="x ${TURNED}`,
      new_options: MARKUP,
      base_options: MARKUP,
      book: MARKUP,
      tests_repo: 'javascript:alert(1)',
      arch_filter: `(${MARKUP}`,
      new_nets: [MARKUP],
      username: MARKUP,
    },
    head: { approver: MARKUP, approved: true },
  },
];

/** What workers said of the active test: three times the same, once something else, and once too long ago. */
async function seedReports(storeUrl: string): Promise<void> {
  const now = Date.now() / 1_000;
  const report = {
    action: 'worker_log',
    username: 'bob',
    worker: 'bob-8cores',
    run_id: RUNS.active,
    run: 'history-malus',
  } as const;
  const actions: ActionDocument[] = [
    ...[10, 20, 30].map((age) => ({
      ...report,
      _id: newObjectId(Date.now()),
      time: now - age,
      message: 'disk is full',
    })),
    {
      ...report,
      _id: newObjectId(Date.now()),
      time: now - 40,
      action: 'failed_task',
      message: '<b>no compiler</b>',
    },
    { ...report, _id: newObjectId(Date.now()), time: now - 90_000, message: 'long ago' },
  ];
  const writer = await openStore(storeUrl).openWriter();
  await writer.commit({ ...emptyBatch(), actions });
  await writer.close();
}

describe('the page of a test', { skip }, () => {
  let site: SiteBrowser;
  before(async () => {
    site = await SiteBrowser.start({}, undefined, async (url) => {
      await seedRuns(url, SEEDED);
      await seedReports(url);
    });
  });
  after(() => site?.stop());

  const view = (run: string) => `/tests/view/${run}`;

  it('looks as it should in the dark and in the light, on a desk and on a phone', async () => {
    const page = await site.member('cora', view(RUNS.pending));
    await page.click('#modify summary');
    await site.checkAccess(page);
    await site.screenshots(page, 'test-pending');
    for (const name of ['active', 'finished', 'tune', 'warned'] as const) {
      await page.goto(`${site.server.url}${view(RUNS[name])}`);
      if (name === 'active') {
        await page.click('#tasks a.button');
        await page.waitForSelector('#tasks table');
      }
      await site.checkAccess(page);
      await site.screenshots(page, `test-${name}`);
    }
    const phone = await site.member('cora', view(RUNS.active), PHONE);
    await phone.click('#modify summary');
    await phone.click('#tasks a.button');
    await phone.waitForSelector('#tasks table');
    await checkPhone(phone);
    await site.checkAccess(phone);
    await site.screenshots(phone, 'test-active-phone');
    for (const name of ['warned', 'tune', 'hostile'] as const) {
      await phone.goto(`${site.server.url}${view(RUNS[name])}`);
      await checkPhone(phone);
      await site.screenshots(phone, `test-${name}-phone`);
    }
  });

  it('warns of what is unusual, and of nothing else', async () => {
    const page = await site.person(view(RUNS.warned));
    const warnings = await page.locator('.remarks .warned').allTextContents();
    assert.deepEqual(
      warnings.map((text) => text.replace('Warning: ', '')),
      [
        'throughput above normal: 200 %',
        'priority above normal: 2',
        'hash too small or too large for this time control',
        'the options of the two sides differ',
        'only architectures that match avx2',
        'only workers with g++',
        'small book: 500 exits',
        '2 failures',
        'the repository is no fork of the official one, but of https://github.com/someone/Engine',
      ],
    );
    await page.goto(`${site.server.url}${view(RUNS.pending)}`);
    assert.equal(await page.locator('.remarks').count(), 0);
    await page.goto(`${site.server.url}${view(RUNS.finished)}`);
    assert.match(await textOf(page, '.remarks'), /time odds: 11\+0\.1 against 10\+0\.1/);
    assert.match(await textOf(page, '#result'), /χ²\s*0\.00, 4 degrees of freedom, p-value 100\.00 %/);
    assert.equal(await page.title(), 'SPRT time-odds vs master · Shoal');
  });

  it('shows tasks on demand, sorts and finds them, and marks the one that is asked for', async () => {
    const page = await site.person(`${view(RUNS.active)}?show_task=7`);
    assert.equal(await page.getAttribute('#task-7', 'aria-current'), 'true');
    assert.equal(await page.locator('#tasks tbody tr').count(), 10);
    assert.equal(await page.locator('#tasks tbody a[download]').count(), 0);
    await page.goto(`${site.server.url}${view(RUNS.active)}`);
    assert.equal(await page.locator('#tasks table').count(), 0);
    await page.click('#tasks a.button');
    await page.waitForSelector('#task-59');
    assert.equal(await page.locator('#tasks tbody tr').count(), 25);
    await page.click('#tasks thead a:text("Residual")');
    await page.waitForSelector('#tasks th[aria-sort="descending"] >> text=Residual');
    await page.fill('#tasks input[type=search]', 'w003');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#tasks input[type=search][value="w003"]');
    assert.equal(await page.locator('#tasks tbody tr').count(), 7);
    assert.match(page.url(), /\/tests\/view\//);
    const bare = await site.person(`/tests/tasks/${RUNS.active}?sort=nonsense&order=up&page=99`, {
      javaScriptEnabled: false,
    });
    assert.equal(await bare.locator('#tasks tbody tr').count(), 10);
    const member = await site.member('bob', `/tests/tasks/${RUNS.active}`);
    assert.equal(await member.locator('#tasks tbody a[download]').count(), 25);
  });

  it('shows what people typed as text, whatever it says', async () => {
    const page = await site.member('cora', view(RUNS.hostile));
    assert.equal(
      await page.locator('img[src=x], [onerror], [onmouseover], a[href^="javascript"]').count(),
      0,
    );
    assert.match(await page.title(), /^SPRT <img src=x onerror="document\.title=1"> vs safe□exe□ · Shoal$/);
    assert.match(await textOf(page, '.details'), /javascript:alert\(1\) https/);
    assert.equal(await page.getAttribute('.details .prose a', 'href'), 'https://example.org/');
    // The field in which an approver may change the description has it as it is.
    assert.equal(await page.locator('text=/\\u202e/ >> visible=true').count(), 0);
  });

  it('gives an SPRT as text for a pull request to its owner and to approvers', async () => {
    const textFor = async (name: string, run: string) => {
      const page = await (await HttpMember.signIn(site.server.url, name)).get(view(run));
      return /<textarea id="pull-request-text"[^>]*>\n([^<]*)</.exec(await page.text())?.[1];
    };
    const text = `Stopped STC (10+0.1):
LLR: 0.00 (-2.94,2.94) &lt;0.00,2.00&gt;
Total: 6000 W: 1200 L: 1200 D: 3600
Ptnml(0-2): 300, 600, 1200, 600, 300
${site.server.url}${view(RUNS.finished)}

bench: 1234567`;
    for (const name of ['ann', 'cora']) assert.equal(await textFor(name, RUNS.finished), text);
    assert.equal(await textFor('bob', RUNS.finished), undefined);
    assert.equal(await textFor('cora', RUNS.tune), undefined);
    assert.match((await textFor('cora', RUNS.hostile))!, /^Still running STC \(10\+0\.1\):/);
  });

  it('tells the share of cores and why, the time left, and what workers reported', async () => {
    const [ann, bob] = [
      await HttpMember.signIn(site.server.url, 'ann'),
      await HttpMember.signIn(site.server.url, 'bob'),
    ];
    const page = async (who: HttpMember, run: string) => await (await who.get(view(run))).text();
    const own = await page(ann, RUNS.active);
    assert.match(own, /<dt>Share of cores<\/dt><dd>\d+ of \d+, [\d.]+ %<\/dd>/);
    assert.match(own, /Priority 0: no test goes before it\./);
    assert.match(own, /ann has 1 active test: × 0\.97, so that/);
    assert.match(own, /Time control 10\+0\.1 with 1 thread: × 1\.00, the standard, or shorter\./);
    assert.match(await page(ann, RUNS.pending), /It waits for approval: until then it gets no workers\./);
    assert.doesNotMatch(await page(ann, RUNS.finished), /Share of cores|Time left|Reports of workers/);
    assert.match(own, /<a class="pill amber" href="#reports">4 reports of workers<\/a>/);
    assert.match(own, /worker log × 3<\/span>\s*<span>disk is full<\/span>/);
    assert.match(own, new RegExp(`/actions\\?run_id=${RUNS.active}&amp;action=failed_task`));
    assert.doesNotMatch(await page(bob, RUNS.active), /reports of workers/);
  });

  it('needs a mouse for nothing: an approver approves, reads, sorts and stops on a phone', async () => {
    const page = await site.member('cora', view(RUNS.byKeys), PHONE);
    const focused = () => page.evaluate<string>('document.activeElement.textContent.trim()');
    const reach = async (text: RegExp) => {
      for (let i = 0; !text.test(await focused()); i++) {
        assert.ok(i < 200, `${text} cannot be reached`);
        await page.keyboard.press('Tab');
      }
    };
    await reach(/^Approve$/);
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === 'POST'),
      page.waitForEvent('load'),
      page.keyboard.press('Enter'),
    ]);
    assert.equal(answer.status(), 302);
    assert.match(await textOf(page, '#flashes'), /by-keys is approved/);
    await reach(/^×$/);
    await page.keyboard.press('Enter');
    await page.waitForSelector('#flashes .flash', { state: 'detached' });
    await reach(/^Menu$/);
    await page.keyboard.press('?');
    await page.waitForSelector('#keys[open]');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#keys[open]', { state: 'detached' });
    assert.equal(await focused(), 'Menu');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#menu-button[aria-expanded="true"]');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#menu-button[aria-expanded="false"]');
    assert.equal(await focused(), 'Menu');
    // Who says no to a question is where it was asked.
    const questions: string[] = [];
    page.on('dialog', (dialog) => {
      questions.push(dialog.message());
      void dialog.dismiss();
    });
    await reach(/^Stop$/);
    await page.keyboard.press('Enter');
    assert.match(questions.join(), /^Stop the test by-keys\?/);
    assert.equal(await focused(), 'Stop');
    await page.goto(`${site.server.url}${view(RUNS.active)}`);
    await reach(/^Show 60 tasks$/);
    await page.keyboard.press('Enter');
    await page.waitForSelector('#tasks table');
    await reach(/^Residual/);
    await page.keyboard.press('Enter');
    await page.waitForSelector('#tasks th[aria-sort="descending"] >> text=Residual');
  });

  it('works without scripts: an approver approves and stops', async () => {
    const page = await site.member('dan', view(RUNS.pending), { javaScriptEnabled: false });
    await page.click('form[action="/tests/approve"] button');
    assert.match(await textOf(page, '#flashes'), /is approved/);
    await page.fill('#stop-reason', 'a mistake');
    await page.click('form[action="/tests/stop"] button');
    assert.match(await textOf(page, '#flashes'), /is stopped/);
    assert.match(await textOf(page, '#history'), /User stop: a mistake/);
  });

  it('asks no other host for anything and breaks no rule of its own', () => site.assertClean());
});
