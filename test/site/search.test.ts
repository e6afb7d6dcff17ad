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
import { seedPeople } from './site-seed.js';

/** Of dan, whom an approver helped. */
const DELETED = finishedId(FINISHED - 1);
const SEARCH = '/tests/finished?mode=search';

const found = (page: string) => [...page.matchAll(/<tr id="run-([0-9a-f]{24})">/g)].map(([, id]) => id);
const choice = (page: string, value: string) =>
  new RegExp(`<option value="${value}"[^>]*>${value}(?: \\((\\d+\\+?)\\))?<`).exec(page)?.[1];

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
  });
}
