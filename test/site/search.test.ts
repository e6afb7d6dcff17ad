/** The search of finished tests and files of lists, by HTTP on both stores (docs/spec/web-ui.md §4.4). */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { RUN_ID } from '../server/seed.js';
import { ServerProcess } from '../server/server-process.js';
import { action } from '../store/documents.js';
import { type MongodbPlace, mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { HttpMember } from './http-member.js';
import { FINISHED, finishedId, LIVE, OLD_IDS, seedLists } from './lists-seed.js';
import { seedFiles, seedPeople } from './site-seed.js';
import { CODE } from './whole-test.js';

/** Of dan, whom an approver helped. */
const DELETED = finishedId(FINISHED - 1);
const SEARCH = '/tests/finished?mode=search';

const found = (page: string) => [...page.matchAll(/<tr id="run-([0-9a-f]{24})">/g)].map(([, id]) => id);
const choice = (page: string, value: string) =>
  new RegExp(`<option value="${value}"[^>]*>${value}(?: \\((\\d+\\+?)\\))?<`).exec(page)?.[1];

function formOf({ token }: HttpMember, fields: Record<string, string>): URLSearchParams {
  return new URLSearchParams({ csrf_token: token, ...fields });
}

for (const kind of ['SQLite', 'MongoDB'] as const) {
  describe(`the search on ${kind}`, { skip: kind === 'MongoDB' && withoutMongodb }, () => {
    let place: MongodbPlace | undefined;
    let directory: string;
    let server: ServerProcess;
    before(async () => {
      place = kind === 'MongoDB' ? await mongodbPlace() : undefined;
      directory = await mkdtemp(join(tmpdir(), 'shoal-search-'));
      const url = place?.url ?? `sqlite:${directory}`;
      await seedPeople(url);
      if (kind === 'SQLite') await seedFiles(url);
      const event = { action: 'delete_run', username: 'cora', run: 'finished-59', run_id: DELETED } as const;
      await seedLists(url, [action(1, event)]);
      server = await ServerProcess.start(directory, {
        SHOAL_GITHUB: 'off',
        SHOAL_CONTRIBUTORS: 'off',
        SITE_POSTS_PER_MINUTE: '1000',
        STORE_URL: url,
        SHOAL_DATA: directory,
      });
    });
    after(async () => {
      await server?.end('SIGTERM');
      await place?.remove();
      if (directory !== undefined) await rm(directory, { recursive: true, force: true });
    });

    const member = (name: string) => HttpMember.signIn(server.url, name);
    const visitorsPage = async (path: string) => await (await fetch(`${server.url}${path}`)).text();
    const pageOf = async (person: HttpMember, path: string) => await (await person.get(path)).text();

    it('shows deleted tests to their owner and to approvers, and to nobody else', async () => {
      const cora = await member('cora');
      const all = await pageOf(cora, `${SEARCH}&deleted=1`);
      assert.deepEqual(found(all), [DELETED]);
      assert.match(all, /Shown 1 of 1, page 1 of 1/);
      assert.deepEqual(found(await pageOf(cora, `${SEARCH}&deleted=1&user=dan`)), [DELETED]);
      assert.deepEqual(found(await pageOf(cora, `${SEARCH}&deleted=1&user=ann`)), []);
      assert.deepEqual(found(await pageOf(cora, `${SEARCH}&deleted=1&text=moves`)), []);

      const bob = await member('bob');
      assert.match(await pageOf(bob, `${SEARCH}&deleted=1`), /No finished test fits/);
      assert.match(await pageOf(bob, `${SEARCH}&deleted=1&user=dan`), /No finished test fits/);
      const visitor = await visitorsPage(`${SEARCH}&deleted=1`);
      assert.match(visitor, /Give a name, or words/);
      assert.doesNotMatch(visitor, /name="deleted"/);
      // Beside others it counts as absent for a visitor.
      const listed = await visitorsPage(`${SEARCH}&deleted=1&user=dan`);
      assert.ok(found(listed).length > 0 && !found(listed).includes(DELETED));
    });

    it('counts what each kind and each result would find', async () => {
      const page = await visitorsPage(`${SEARCH}&type=games&games_min=0`);
      for (const type of ['sprt', 'games', 'spsa']) {
        const other = await visitorsPage(`${SEARCH}&type=${type}&games_min=0`);
        const total = /of (\d+), page/.exec(other)?.[1] ?? '0';
        assert.equal(choice(page, type), total, type);
      }
      for (const result of ['accepted', 'rejected', 'yellow', 'undecided', 'failed']) {
        const other = await visitorsPage(`${SEARCH}&type=games&games_min=0&result=${result}`);
        const total = /of (\d+), page/.exec(other)?.[1] ?? '0';
        assert.equal(choice(page, result), total, result);
      }
      const byWords = await visitorsPage(`${SEARCH}&text=history`);
      assert.match(choice(byWords, 'sprt') ?? '', /^\d+$/);
      assert.equal(choice(await visitorsPage(SEARCH), 'sprt'), undefined);
    });

    it('gives each list as CSV, with the tests of its page and nothing for a spreadsheet to run', async () => {
      const cora = await member('cora');
      const fileOf = async (path: string, person = cora) => {
        const answer = await person.get(path);
        assert.equal(answer.headers.get('content-type'), 'text/csv; charset=utf-8', path);
        assert.match(answer.headers.get('content-disposition') ?? '', /^attachment; filename="tests.csv"$/);
        const text = await answer.text();
        const [head, ...rows] = text.trimEnd().split('\r\n');
        assert.match(head!, /^id,state,started,changed,user,branch,/);
        return { text, ids: rows.map((row) => row.slice(0, 24)) };
      };
      const green = await fileOf('/tests/finished?success_only=1&format=csv');
      assert.deepEqual(green.ids.slice(0, 25), found(await pageOf(cora, '/tests/finished?success_only=1')));
      const all = await fileOf('/tests/finished?format=csv');
      assert.equal(all.ids.length, FINISHED - 1 + OLD_IDS.length);
      assert.equal(new Set(all.ids).size, all.ids.length);

      const words = `${SEARCH}&text=history&type=sprt`;
      assert.deepEqual((await fileOf(`${words}&format=csv`)).ids, found(await pageOf(cora, words)));
      assert.deepEqual((await fileOf(`${SEARCH}&deleted=1&format=csv`)).ids, [DELETED]);
      const bob = await member('bob');
      assert.deepEqual((await fileOf(`${SEARCH}&deleted=1&format=csv`, bob)).ids, []);
      const few = await fileOf(`${SEARCH}&user=ann&max_count=2&format=csv`);
      assert.match(few.text, /\r\nMore tests fit: this file has the first 2\.\r\n$/);
      // Without its mode the address is mended, and still asks for the file.
      const moved = await cora.get('/tests/finished?text=history&format=csv');
      assert.match(moved.headers.get('location') ?? '', /mode=search.*format=csv/);

      const unfinished = await fileOf('/tests?format=csv');
      assert.deepEqual(unfinished.ids.toSorted(), [RUN_ID, ...Object.values(LIVE)].toSorted());
      const ann = await fileOf('/tests/user/ann?format=csv');
      assert.deepEqual(ann.ids.slice(0, 2).toSorted(), [LIVE.pending, LIVE.sprt].toSorted());
      const unwanted = `'=HYPERLINK(1)`;
      assert.ok(ann.text.includes(unwanted) && !ann.text.includes(',=HYPERLINK'), 'a formula is text');
      assert.match(await pageOf(cora, '/tests/finished?yellow_only=1'), /\?yellow_only=1&amp;format=csv/);
    });

    it('keeps searches of an account under their names, twenty at most, for nobody else', async () => {
      const [ann, bob] = [await member('ann'), await member('bob')];
      const save = async (name: string, query: string, person = ann) => {
        const answer = await person.post('/user_searches', formOf(person, { name, query }));
        assert.equal(answer.status, 302);
        return answer.headers.get('location') ?? '';
      };
      // As any address, in another order and with what is no parameter.
      const address = await save('My LTCs', 'tc_min=40&x=1&user=ann&type=sprt');
      assert.equal(address, `${SEARCH}&user=ann&type=sprt&tc_min=40`);
      const shown = await pageOf(ann, address);
      assert.match(shown, /The search My LTCs is saved/);
      assert.match(
        shown,
        /<a href="\/tests\/finished\?mode=search&amp;user=ann&amp;type=sprt&amp;tc_min=40" aria-current="page">My LTCs<\/a>/,
      );
      assert.doesNotMatch(shown, /Save this search/);
      assert.match(await pageOf(ann, `${SEARCH}&user=bob`), />My LTCs<.*Save this search/s);
      await save('My LTCs', 'mode=search&user=bob');
      const profile = await pageOf(ann, '/user');
      assert.equal(profile.match(/>My LTCs<\/a>/g)?.length, 1);
      assert.match(profile, /mode=search&amp;user=bob">My LTCs</);
      assert.doesNotMatch(await pageOf(bob, `${SEARCH}&user=bob`), /My LTCs/);

      await save('', 'user=ann');
      assert.match(await pageOf(ann, '/user'), /A search needs a name/);
      await save('nothing', 'page=3&deleted=7');
      assert.match(await pageOf(ann, '/user'), /asks for nothing is not saved/);
      const forged = new URLSearchParams({ name: 'x', query: 'user=ann' });
      assert.equal((await ann.post('/user_searches', forged)).status, 403);
      for (let i = 2; i <= 20; i++) await save(`search ${i}`, `user=${i}`);
      await save('one too many', 'user=x');
      assert.match(await pageOf(ann, '/user'), /There are 20 searches already/);
      const kept = (await (await ann.get('/user/export')).json()) as {
        saved_searches: { name: string; address: string }[];
        preferences: unknown;
      };
      assert.equal(kept.saved_searches.length, 20);
      assert.equal(kept.saved_searches[0]?.address, `${SEARCH}&user=bob`);
      assert.deepEqual(kept.preferences, { follows_own: true });

      // Another's name of the same words is another's search.
      await bob.post('/user_searches/remove', formOf(bob, { name: 'My LTCs' }));
      const removed = await ann.post(
        '/user_searches/remove',
        formOf(ann, { name: 'search 2', query: 'user=bob' }),
      );
      assert.equal(removed.headers.get('location'), `${SEARCH}&user=bob`);
      const after = await pageOf(ann, '/user');
      assert.match(after, />My LTCs</);
      assert.doesNotMatch(after, />search 2</);
    });

    it('follows the tests that one submits, unless the account does not want that', async () => {
      const dan = await member('dan');
      const follows = async () =>
        ((await (await dan.get('/follows')).json()) as { id: string }[]).map(({ id }) => id);
      const prefer = async (fields: Record<string, string>) =>
        assert.equal((await dan.post('/user_preferences', formOf(dan, fields))).status, 302);
      const stopAndBack = async () => {
        for (const verb of ['stop', 'unstop'])
          assert.equal((await dan.post(`/tests/${verb}`, formOf(dan, { 'run-id': LIVE.long }))).status, 302);
      };
      const submit = async () => {
        const fields = {
          ...CODE,
          nonce: String(Math.random()),
          'tests-repo': 'https://github.com/dan/Stockfish',
        };
        const answer = await dan.post('/tests/run', formOf(dan, fields));
        const to = answer.headers.get('location') ?? '';
        assert.match(to, /^\/tests\/view\/[0-9a-f]{24}/, await answer.text());
        return { id: to.slice(12, 36), isFollowed: to.endsWith('?follow=1') };
      };
      assert.match(await pageOf(dan, '/user'), /name="follows_own" value="1" checked/);
      await stopAndBack();
      assert.deepEqual(await follows(), [LIVE.long]);
      // The books of the form have names that the stand-in cannot hold as keys.
      const first = kind === 'SQLite' ? await submit() : undefined;
      if (first !== undefined) assert.ok(first.isFollowed && (await follows()).includes(first.id));

      await prefer({});
      assert.doesNotMatch(await pageOf(dan, '/user'), /name="follows_own" value="1" checked/);
      await stopAndBack();
      assert.ok(!(await follows()).includes(LIVE.long));
      const second = kind === 'SQLite' ? await submit() : undefined;
      if (second !== undefined) assert.ok(!second.isFollowed && !(await follows()).includes(second.id));
      await prefer({ follows_own: '1' });
      await stopAndBack();
      assert.ok((await follows()).includes(LIVE.long));
    });
  });
}
