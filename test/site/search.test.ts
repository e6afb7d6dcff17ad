/** The search of finished tests and files of lists, by HTTP on both stores (docs/spec/web-ui.md §4.4). */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ServerProcess } from '../server/server-process.js';
import { action } from '../store/documents.js';
import { type MongodbPlace, mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { HttpMember } from './http-member.js';
import { FINISHED, finishedId, seedLists } from './lists-seed.js';
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
  });
}
