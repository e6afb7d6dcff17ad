/** People approve, change, stop, purge and delete tests on their pages (docs/spec/web-ui.md §11.3), on both stores. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { openStore } from '../../src/store/open-store.js';
import type { RunHead } from '../../src/store/port.js';
import { workerInfo } from '../server/seed.js';
import { type MongodbPlace, mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { HttpMember } from './http-member.js';
import { DAY_MS, NET, type SeededRun, seededTask, seedRuns } from './run-seed.js';
import { onceOnly, SiteBrowser, skip, textOf, tokenOf } from './site-browser.js';

const id = (n: number) => `66f1a2b3c4d5e6f7081920${n.toString(16).padStart(2, '0')}`;
const NOWHERE = 'f'.repeat(24);
const GAMES = { sprt: undefined, num_games: 20_000 } as unknown as SeededRun['form'];
const DONE = { finished: true, approved: true, approver: 'cora' };
const PAIRS = [100, 200, 400, 200, 100];
const BAD_PAIRS = [5, 10, 400, 300, 285];

const RUNS = {
  toApprove: id(1),
  pressedTwice: id(2),
  ofCora: id(3),
  toRaise: id(4),
  toLower: id(5),
  old: id(6),
  fixed: id(7),
  ended: id(8),
  toStop: id(9),
  suspicious: id(10),
  clean: id(11),
  toDelete: id(12),
  raced: id(13),
  toForge: id(14),
  ticked: id(15),
  tickedToo: id(16),
} as const;

const SEEDED: readonly SeededRun[] = [
  { id: RUNS.toApprove, form: { new_nets: [NET], base_nets: [NET] } },
  { id: RUNS.pressedTwice },
  { id: RUNS.ofCora, form: { username: 'cora', new_tag: 'of-cora' } },
  { id: RUNS.toRaise, head: { approved: true, approver: 'cora' } },
  { id: RUNS.toLower, head: { approved: true, approver: 'cora' } },
  { id: RUNS.old, age: 32 * DAY_MS },
  { id: RUNS.fixed, form: GAMES! },
  {
    id: RUNS.ended,
    form: { ...GAMES!, num_games: 40_000 },
    head: DONE,
    args: { num_games: 2_000 },
    tasks: [seededTask('one', PAIRS)],
  },
  { id: RUNS.toStop, head: { approved: true, approver: 'cora' }, form: { throughput: 1000 } },
  {
    id: RUNS.suspicious,
    form: GAMES!,
    head: DONE,
    tasks: ['one', 'two', 'bad', 'for'].map((key) => seededTask(key, key === 'bad' ? BAD_PAIRS : PAIRS)),
  },
  { id: RUNS.clean, form: GAMES!, head: DONE, tasks: [seededTask('one', PAIRS), seededTask('two', PAIRS)] },
  { id: RUNS.toDelete, form: { new_tag: 'to-delete' } },
  { id: RUNS.raced },
  { id: RUNS.toForge },
  { id: RUNS.ticked, form: { new_tag: 'tick-one' } },
  { id: RUNS.tickedToo, form: { new_tag: 'tick-two' } },
];

for (const kind of ['SQLite', 'MongoDB'] as const) {
  describe(`changes of tests on ${kind}`, { skip: skip || (kind === 'MongoDB' && withoutMongodb) }, () => {
    let site: SiteBrowser;
    let place: MongodbPlace | undefined;
    before(async () => {
      place = kind === 'MongoDB' ? await mongodbPlace() : undefined;
      site = await SiteBrowser.start({}, place?.url, (url) => seedRuns(url, SEEDED));
    });
    after(async () => {
      await site?.stop();
      await place?.remove();
    });

    /** Action, message and name of each event of a run, oldest first. */
    const events = async (runId: string) => {
      const reader = await openStore(site.storeUrl).openReader();
      try {
        const found = await reader.actions({ runId, oldestFirst: true, limit: 50 });
        return found.map(({ action, message, username }) => [action, message, username]);
      } finally {
        await reader.close();
      }
    };
    /** As the server has it: documents of MongoDB may lack for a while what is safe in its log. */
    const stored = async (runId: string) =>
      (await (await fetch(`${site.server.url}/api/get_run/${runId}`)).json()) as RunHead;
    const view = (runId: string) => `/tests/view/${runId}`;
    const press = async (page: Page, selector: string) => {
      const answered = page.waitForResponse((response) => response.request().method() === 'POST');
      await page.click(selector);
      const status = (await answered).status();
      await page.waitForLoadState();
      return status;
    };
    const accepting = (page: Page) => page.on('dialog', (dialog) => void dialog.accept());
    const forge = async (page: Page, path: string, fields: Record<string, string>) =>
      await site.post(page, path, { ...fields, csrf_token: await tokenOf(page) });
    const modification = (run: string, more: Record<string, string>) => ({
      run,
      'num-games': '800000',
      priority: '0',
      throughput: '100',
      ...more,
    });

    it('an approver approves another person’s test, and its networks are told', async () => {
      const page = await site.member('cora', view(RUNS.toApprove));
      assert.match(await textOf(page, '.approver'), /ann has \d+ other unfinished tests/);
      assert.equal(await press(page, 'form[action="/tests/approve"] button'), 302);
      assert.match(await textOf(page, '#flashes'), /prune-more is approved/);
      assert.match(await textOf(page, '.details'), /approved by\s*cora/);
      assert.equal(await textOf(page, '#state'), 'paused');
      assert.deepEqual(await events(RUNS.toApprove), [['approve_run', 'approved', 'cora']]);
      const reader = await openStore(site.storeUrl).openReader();
      const net = await reader.net(NET);
      await reader.close();
      assert.deepEqual([net?.first_test?.id, net?.last_test?.id], [RUNS.toApprove, RUNS.toApprove]);
    });

    it('two who approve at once make one event', async () => {
      const pages = [await site.member('cora'), await site.member('dan')];
      const answers = await Promise.all(
        pages.map((page) => forge(page, '/tests/approve', { 'run-id': RUNS.pressedTwice })),
      );
      assert.deepEqual(
        answers.map(({ status }) => status),
        [302, 302],
      );
      const texts: string[] = [];
      for (const page of pages) {
        await page.goto(`${site.server.url}${view(RUNS.pressedTwice)}`);
        texts.push(await textOf(page, '#flashes'));
      }
      assert.equal(texts.filter((text) => /is approved/.test(text)).length, 1, texts.join());
      assert.equal(texts.filter((text) => /already approved/.test(text)).length, 1, texts.join());
      assert.equal((await events(RUNS.pressedTwice)).length, 1);
    });

    it('nobody approves a test of their own, nor who is no approver', { skip: onceOnly(kind) }, async () => {
      const cora = await site.member('cora', view(RUNS.ofCora));
      assert.equal(await cora.locator('form[action="/tests/approve"]').count(), 0);
      assert.match(await textOf(cora, '.controls'), /Nobody approves a test of their own/);
      assert.equal((await forge(cora, '/tests/approve', { 'run-id': RUNS.ofCora })).status, 302);
      await cora.reload();
      assert.match(await textOf(cora, '#flashes'), /Self approval is disabled/);
      const bob = await site.member('bob', view(RUNS.ofCora));
      assert.equal(await bob.locator('.controls form').count(), 0);
      const answer = await forge(bob, '/tests/approve', { 'run-id': RUNS.ofCora });
      assert.deepEqual([answer.status, answer.headers.get('location')], [302, '/login']);
      assert.deepEqual([(await stored(RUNS.ofCora)).approved, await events(RUNS.ofCora)], [false, []]);
    });

    it('an approver ticks several tests and approves them in one step; one that cannot be keeps no other back', async () => {
      const cora = await site.member('cora');
      accepting(cora);
      assert.equal(await cora.locator(`#tick-${RUNS.ofCora}`).count(), 0);
      assert.equal(await press(cora, '#approve-several button'), 302);
      assert.match(await textOf(cora, '#flashes'), /Tick the tests/);
      await cora.check(`#tick-${RUNS.ticked}`);
      await cora.check(`#tick-${RUNS.tickedToo}`);
      // What is ticked stays so when news of the page come.
      const news = cora.waitForResponse((response) => response.url().includes('live=run_tables'));
      await cora.evaluate("document.querySelector('#run-tables').dispatchEvent(new Event('poll'))");
      await news;
      const body = new URLSearchParams({ several: '1', csrf_token: await tokenOf(cora) });
      for (const run of [RUNS.ofCora, NOWHERE, RUNS.tickedToo]) body.append('run-id', run);
      assert.equal((await site.post(cora, '/tests/approve', body)).status, 302);
      assert.equal(await press(cora, '#approve-several button'), 302);
      const said = await textOf(cora, '#flashes');
      assert.match(
        said,
        /Approved: tick-two\.[\s\S]*Not approved: of-cora \(.*Self approval.*, f{24} \(there is no such test\)/,
      );
      assert.match(said, /Approved: tick-one\.[\s\S]*Not approved: tick-two \(.*already approved/);
      for (const run of [RUNS.ticked, RUNS.tickedToo]) {
        assert.deepEqual(await events(run), [['approve_run', 'approved', 'cora']]);
      }
      assert.equal(await (await site.member('ann')).locator('#approve-several').count(), 0);
    });

    it('an owner who asks for more waits for approval again, an approver does not', async () => {
      const ann = await site.member('ann', view(RUNS.toRaise));
      await ann.click('#modify summary');
      await ann.fill('#throughput', '200');
      assert.equal(await press(ann, '#modify button'), 302);
      assert.match(await textOf(ann, '#flashes'), /has to be approved again/);
      assert.match(await textOf(ann, '.remarks'), /throughput above normal: 200 %/);
      assert.deepEqual(await events(RUNS.toRaise), [
        ['approve_run', 'unapproved', 'ann'],
        ['modify_run', 'modify: throughput changed from 100 to 200', 'ann'],
      ]);
      assert.equal((await stored(RUNS.toRaise)).approved, false);
      const cora = await site.member('cora', view(RUNS.toLower));
      await cora.click('#modify summary');
      await cora.fill('#throughput', '200');
      await press(cora, '#modify button');
      assert.equal((await stored(RUNS.toLower)).approved, true);
    });

    it('one event names all that changed, and none when nothing did', async () => {
      const ann = await site.member('ann', view(RUNS.toLower));
      await ann.click('#modify summary');
      await ann.fill('#priority', '-1');
      await ann.fill('#info', 'Prune even more');
      await ann.check('#modify input[type=checkbox]');
      await press(ann, '#modify button');
      const before = await events(RUNS.toLower);
      assert.deepEqual(before.at(-1), [
        'modify_run',
        'modify: priority changed from 0 to -1, auto-purge changed from false to true, info changed',
        'ann',
      ]);
      assert.match(await textOf(ann, '.details'), /Prune even more/);
      await ann.click('#modify summary');
      await press(ann, '#modify button');
      assert.match(await textOf(ann, '#flashes'), /Nothing of prune-more changed/);
      assert.deepEqual(await events(RUNS.toLower), before);
    });

    it('what may not be changed stays as it is, and what was typed is kept', {
      skip: onceOnly(kind),
    }, async () => {
      const bob = await site.member('bob');
      const answer = await forge(bob, '/tests/modify', modification(RUNS.fixed, { 'num-games': '1000' }));
      assert.equal(answer.status, 302);
      await bob.goto(`${site.server.url}${view(RUNS.fixed)}`);
      assert.match(await textOf(bob, '#flashes'), /only its owner and approvers/);
      assert.equal(await bob.locator('#modify').count(), 0);
      const cora = await site.member('cora', view(RUNS.old));
      assert.equal(await cora.locator('#modify').count(), 0);
      await forge(cora, '/tests/modify', modification(RUNS.old, { priority: '-1' }));
      await cora.reload();
      assert.match(await textOf(cora, '#flashes'), /began 32 days ago/);
      const ann = await site.member('ann', view(RUNS.fixed));
      await ann.click('#modify summary');
      await ann.evaluate('document.querySelector("#modify form").noValidate = true');
      await ann.fill('#num-games', '21000');
      await ann.fill('#priority', '-3');
      assert.equal(await press(ann, '#modify button'), 422);
      assert.match(await textOf(ann, '#num-games-problem'), /cannot get more than it has, 20000/);
      assert.deepEqual(
        [await ann.inputValue('#num-games'), await ann.inputValue('#priority')],
        ['21000', '-3'],
      );
      await ann.fill('#num-games', '19000');
      assert.equal(await press(ann, '#modify button'), 302);
      const { args } = await stored(RUNS.fixed);
      assert.deepEqual([args.num_games, args.priority], [19_000, -3]);
      const wrong = await forge(
        ann,
        '/tests/modify',
        modification(RUNS.fixed, { 'num-games': '1e3', priority: 'high' }),
      );
      assert.equal(wrong.status, 422);
      assert.equal((await events(RUNS.fixed)).length, 1);
    });

    it('a finished test that needs games again goes on, and a worker gets a task of it', async () => {
      const cora = await site.member('cora', view(RUNS.ended));
      assert.equal(await textOf(cora, '#state'), 'finished');
      // A test of a fixed number of games gets no more: an SPRT that was stopped does.
      await forge(cora, '/tests/modify', modification(RUNS.ended, { 'num-games': '3000' }));
      assert.equal((await stored(RUNS.ended)).finished, true);
      const ann = await site.member('ann', view(RUNS.toStop));
      accepting(ann);
      await ann.fill('#stop-reason', 'wrong <b>branch</b>');
      assert.equal(await press(ann, 'form[action="/tests/stop"] button'), 302);
      assert.equal(await textOf(ann, '#state'), 'finished');
      await ann.click('#modify summary');
      await ann.fill('#num-games', '900000');
      await press(ann, '#modify button');
      assert.equal(await textOf(ann, '#state'), 'paused');
      assert.deepEqual(await events(RUNS.toStop), [
        ['stop_run', 'User stop: wrong <b>branch</b>', 'ann'],
        ['modify_run', 'modify: num-games changed from 800000 to 900000', 'ann'],
      ]);
      assert.match(await textOf(ann, '#history'), /User stop: wrong <b>branch<\/b>/);
      const asked = await site.server.post('/api/request_task', {
        password: 'secret',
        worker_info: workerInfo('give'),
      });
      assert.equal(
        (asked.body['run'] as { _id: string } | undefined)?._id,
        RUNS.toStop,
        JSON.stringify(asked.body),
      );
    });

    it('workers of a stopped test are told at their next report, and a second stop does nothing', async () => {
      const ann = await site.member('ann', view(RUNS.toStop));
      accepting(ann);
      const where = { password: 'secret', worker_info: workerInfo('give'), run_id: RUNS.toStop, task_id: 0 };
      const beat = await site.server.post('/api/beat', where);
      assert.equal(beat.body['task_alive'], true);
      await ann.reload();
      assert.equal(await textOf(ann, '#state'), 'active');
      const [first] = await Promise.all([
        press(ann, 'form[action="/tests/stop"] button'),
        ...Array.from({ length: 8 }, () => site.server.post('/api/beat', where)),
      ]);
      assert.equal(first, 302);
      assert.equal((await site.server.post('/api/beat', where)).body['task_alive'], false);
      assert.equal((await events(RUNS.toStop)).at(-1)?.[1], 'User stop');
      const count = (await events(RUNS.toStop)).length;
      await forge(ann, '/tests/stop', { 'run-id': RUNS.toStop });
      await ann.reload();
      assert.match(await textOf(ann, '#flashes'), /already finished/);
      assert.equal((await events(RUNS.toStop)).length, count);
    });

    it('a stop is taken back from the message that tells it, and a worker gets another task of the test', async () => {
      const ann = await HttpMember.signIn(site.server.url, 'ann');
      const send = async (verb: string) => {
        const fields = new URLSearchParams({ 'run-id': RUNS.toStop, csrf_token: ann.token });
        assert.equal((await ann.post(`/tests/${verb}`, fields)).status, 302);
        return await (await ann.get(view(RUNS.toStop))).text();
      };
      const button = /<form method="post" action="\/tests\/unstop">/g;
      // The test before has stopped it: its page has the button, no message does.
      const before = await (await ann.get(view(RUNS.toStop))).text();
      assert.equal(before.match(button)?.length, 1);
      const byBob = await (await HttpMember.signIn(site.server.url, 'bob')).get(view(RUNS.toStop));
      assert.equal((await byBob.text()).match(button), null);
      const undone = await send('unstop');
      assert.match(undone, /prune-more goes on: its stop is undone/);
      assert.equal(undone.match(button), null);
      assert.equal((await stored(RUNS.toStop)).finished, false);
      assert.deepEqual((await events(RUNS.toStop)).at(-1), ['modify_run', 'modify: stop undone', 'ann']);
      const worker = { password: 'secret', worker_info: workerInfo('give') };
      const old = { ...worker, run_id: RUNS.toStop, task_id: 0 };
      assert.equal((await site.server.post('/api/beat', old)).body['task_alive'], false);
      // A worker that comes back is given another run first, where there is one.
      const other = { password: 'secret', worker_info: workerInfo('next') };
      const { body } = await site.server.post('/api/request_task', other);
      assert.equal((body['run'] as { _id: string } | undefined)?._id, RUNS.toStop, JSON.stringify(body));
      const next = { ...other, run_id: RUNS.toStop, task_id: body['task_id'] };
      assert.equal((await site.server.post('/api/beat', next)).body['task_alive'], true);
      const count = (await events(RUNS.toStop)).length;
      assert.match(await send('unstop'), /is not stopped/);
      assert.equal((await events(RUNS.toStop)).length, count);
      assert.equal((await send('stop')).match(button)?.length, 2);
    });

    it('a purge says beforehand what it takes, and afterwards why it took nothing', async () => {
      const cora = await site.member('cora', view(RUNS.suspicious));
      accepting(cora);
      assert.match(
        await textOf(cora, 'form[action="/tests/purge"]'),
        /Would take 1 task of 1 worker with 2000 games/,
      );
      assert.equal(await press(cora, 'form[action="/tests/purge"] button'), 302);
      assert.match(await textOf(cora, '#flashes'), /is purged/);
      assert.deepEqual(await events(RUNS.suspicious), [['purge_run', 'Manual purge', 'cora']]);
      const { results } = await stored(RUNS.suspicious);
      assert.equal(results.wins + results.losses + results.draws, 6_000);
      await cora.goto(`${site.server.url}/tests/tasks/${RUNS.suspicious}`);
      assert.match(await textOf(cora, '#task-2'), /purged/);
      await cora.goto(`${site.server.url}${view(RUNS.clean)}`);
      await press(cora, 'form[action="/tests/purge"] button');
      assert.match(await textOf(cora, '#flashes'), /not purged: No bad workers/);
      assert.deepEqual(await events(RUNS.clean), [
        ['purge_run', 'Manual purge (not performed): No bad workers', 'cora'],
      ]);
      await forge(cora, '/tests/purge', { 'run-id': RUNS.raced });
      await cora.reload();
      assert.match(await textOf(cora, '#flashes'), /not finished/);
      assert.deepEqual(await events(RUNS.raced), []);
    });

    it('a deleted test leaves the lists and keeps its page, and an approver brings it back', async () => {
      const bob = await site.member('bob', view(RUNS.toDelete));
      assert.equal(await bob.locator('form[action="/tests/delete"]').count(), 0);
      const nobody = await site.person(view(RUNS.toDelete));
      assert.equal(await nobody.locator('.controls form').count(), 0);
      const ann = await site.member('ann', view(RUNS.toDelete));
      accepting(ann);
      assert.equal(await press(ann, 'form[action="/tests/delete"] button'), 302);
      assert.match(await textOf(ann, '.remarks'), /This test is deleted/);
      assert.deepEqual(await events(RUNS.toDelete), [['delete_run', undefined, 'ann']]);
      await nobody.goto(`${site.server.url}/tests`);
      assert.equal(await nobody.locator(`a[href="${view(RUNS.toDelete)}"]`).count(), 0);
      assert.equal((await nobody.goto(`${site.server.url}${view(RUNS.toDelete)}`))?.status(), 200);
      assert.equal(await ann.locator('form[action="/tests/undelete"]').count(), 0);
      const cora = await site.member('cora', view(RUNS.toDelete));
      await press(cora, 'form[action="/tests/undelete"] button');
      assert.equal((await stored(RUNS.toDelete)).deleted, false);
    });

    it('a run that is not there is a page that says so, in each form', async () => {
      const cora = await site.member('cora');
      for (const runId of [NOWHERE, 'x', '', '../../etc', `${NOWHERE}\0`, 'ﬀ'.repeat(12)]) {
        for (const verb of ['stop', 'approve', 'purge', 'delete', 'undelete']) {
          const answer = await forge(cora, `/tests/${verb}`, { 'run-id': runId });
          assert.equal(answer.status, 404, `${verb} ${runId}`);
        }
        assert.equal((await forge(cora, '/tests/modify', modification(runId, {}))).status, 404);
        const address = `${site.server.url}/tests/view/${encodeURIComponent(runId)}`;
        assert.equal((await fetch(address, { redirect: 'manual' })).status, 404, runId);
      }
      assert.equal(
        (
          await fetch(
            `${site.server.url}${view(RUNS.toForge).toUpperCase().replace('/TESTS/VIEW', '/tests/view')}`,
          )
        ).status,
        200,
      );
      assert.ok(
        !site.server.log.some((line) => (line as { level?: number }).level! >= 50),
        'errors in the log',
      );
    });

    it('asks no other host for anything and breaks no rule of its own', () => site.assertClean());
  });
}
