/** Counts and searches of finished runs find the same in every store, on odd input too. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { matchesFacets, RESULTS, KINDS as RUN_KINDS, type RunFacets } from '../../src/rules/run-facets.js';
import { matchesSearch, parseSearch, wordsOf } from '../../src/rules/search-text.js';
import type { RunHead } from '../../src/store/port.js';
import { action, batch, change, liveOf, runHead } from './documents.js';
import { ids, LISTED, page, RUNS, SEARCHES, seedSearches } from './searched.js';
import type { OpenPlace } from './store-place.js';

export function runSearchTests(open: OpenPlace): void {
  before(() => seedSearches(open));

  test('finished runs are counted for each list', async () => {
    for (const username of [undefined, 'ann', 'joan', 'nobody']) {
      const own = LISTED.filter(({ args }) => username === undefined || args.username === username);
      const of = username === undefined ? {} : { username };
      const { reader } = open;
      assert.equal(await reader.countFinishedRuns(of), own.length);
      assert.equal(
        await reader.countFinishedRuns({ ...of, successOnly: true }),
        own.filter((run) => run.is_green).length,
      );
      assert.equal(
        await reader.countFinishedRuns({ ...of, yellowOnly: true }),
        own.filter((run) => run.is_yellow).length,
      );
      assert.equal(
        await reader.countFinishedRuns({ ...of, ltcOnly: true }),
        own.filter((run) => run.tc_base >= 40).length,
      );
    }
  });

  test('every search finds the runs that a plain look at their words finds, in order', async () => {
    for (const given of SEARCHES) {
      const text = parseSearch(given);
      if (text === undefined) continue;
      const fitting = LISTED.filter(({ args }) => matchesSearch(text, wordsOf(args.info)));
      const found = await open.reader.searchRuns({ ...page, text });
      assert.deepEqual(ids(found.items), ids(fitting), given);
      assert.equal(found.isCut, false);
      for (const usernames of [['joan', 'ann'], ['bob'], []]) {
        const ranked = usernames.flatMap((name) => fitting.filter(({ args }) => args.username === name));
        const owned = await open.reader.searchRuns({ ...page, text, usernames });
        assert.deepEqual(ids(owned.items), ids(ranked), `${given} of ${usernames}`);
      }
    }
  });

  test('facets find what a plain look at the documents finds, beside words and owners or without them', async () => {
    const day = 86_400_000;
    const [newest] = LISTED;
    const asked: RunFacets[] = [
      { kind: 'sprt' },
      { kind: 'games' },
      { kind: 'spsa' },
      { tcMin: 40 },
      { tcMax: 10.5 },
      { threads: 1 },
      { threads: 2 },
      { elo0: 0, elo1: 2 },
      { gamesMin: 1 },
      { gamesMin: 1e9 },
      { branch: 'BRANCH' },
      { book: 'no such book' },
      { from: newest!.last_updated },
      { before: newest!.last_updated },
      { from: newest!.last_updated - day, before: newest!.last_updated + 1, tcMin: 40 },
      ...RESULTS.map((result) => ({ result })),
    ];
    let some = 0;
    for (const facets of asked) {
      const fitting = LISTED.filter((run) => matchesFacets(facets, run));
      if (fitting.length > 0 && fitting.length < LISTED.length) some += 1;
      const about = JSON.stringify(facets);
      const found = await open.reader.searchRuns({ ...page, facets });
      assert.deepEqual(ids(found.items), ids(fitting), about);
      assert.deepEqual([found.total, found.isCut], [fitting.length, false], about);
      const text = parseSearch('history move')!;
      const words = fitting.filter(({ args }) => matchesSearch(text, wordsOf(args.info)));
      assert.deepEqual(
        ids((await open.reader.searchRuns({ ...page, facets, text })).items),
        ids(words),
        about,
      );
      const usernames = ['joan', 'ann'];
      const owned = usernames.flatMap((name) => fitting.filter(({ args }) => args.username === name));
      assert.deepEqual(
        ids((await open.reader.searchRuns({ ...page, facets, usernames })).items),
        ids(owned),
        about,
      );
    }
    assert.ok(some >= 5, `${some} facets tell runs apart`);
    const { items, total, isCut } = await open.reader.searchRuns({
      cap: 3,
      skip: 1,
      limit: 5,
      facets: { tcMax: 1e6 },
    });
    assert.deepEqual([ids(items), total, isCut], [ids(LISTED.slice(1, 3)), 3, true]);
  });

  test('each kind and each result are counted as a search for it counts them, whichever is asked for', async () => {
    const text = parseSearch('history move')!;
    const usernames = ['joan', 'ann'];
    for (const search of [
      { facets: { tcMax: 1e6 } },
      { facets: { kind: 'games' as const } },
      { facets: { result: 'rejected' as const, threads: 1 }, usernames },
      { text },
      { usernames },
    ]) {
      const about = JSON.stringify(search);
      const { counts } = await open.reader.searchRuns({ ...page, ...search });
      const others: RunFacets = search.facets ?? {};
      for (const kind of RUN_KINDS) {
        const facets = { ...others, kind };
        const { total } = await open.reader.searchRuns({ ...page, ...search, facets });
        assert.equal(counts?.kind[kind], total, `${kind} of ${about}`);
      }
      for (const result of RESULTS) {
        const facets = { ...others, result };
        const { total } = await open.reader.searchRuns({ ...page, ...search, facets });
        assert.equal(counts?.result[result], total, `${result} of ${about}`);
      }
    }
    const cut = await open.reader.searchRuns({ cap: 2, skip: 0, limit: 2, usernames });
    assert.deepEqual([cut.isCut, cut.counts], [true, undefined]);
  });

  test('a page is handed over run by run to who asks for that', async () => {
    for (const search of [{ usernames: ['joan', 'ann'] }, { facets: { tcMax: 1e6 } }]) {
      const bounds = { cap: 1_000, skip: 1, limit: 4 };
      const taken: string[] = [];
      const take = ({ _id }: RunHead) => void taken.push(_id);
      const { items } = await open.reader.searchRuns({ ...bounds, ...search });
      const handed = await open.reader.searchRuns({ ...bounds, ...search, take });
      assert.deepEqual([taken, handed.items], [ids(items), []]);
    }
  });

  test('a search stops at its cap, and gives the page that is asked for', async () => {
    const usernames = ['joan', 'ann', 'bob'];
    const all = usernames.flatMap((name) => LISTED.filter(({ args }) => args.username === name));
    const found = await open.reader.searchRuns({ usernames, cap: 5, skip: 3, limit: 4 });
    assert.deepEqual(ids(found.items), ids(all.slice(3, 5)));
    assert.deepEqual([found.total, found.isCut], [5, true]);
    const whole = await open.reader.searchRuns({ usernames, cap: all.length, skip: 2, limit: 2 });
    assert.deepEqual(ids(whole.items), ids(all.slice(2, 4)));
    assert.deepEqual([whole.total, whole.isCut], [all.length, false]);
  });

  test('a run that ends, is changed, or goes on again is found and counted as it is', async () => {
    const head = runHead(2_000);
    head.args = { ...head.args, info: 'plankton before', username: 'zoe' };
    const live = (info: string, finished: boolean, deleted = false) => {
      const next = { ...head, finished, deleted, args: { ...head.args, info } };
      return batch({ runs: [change(head._id, { live: liveOf(next) })] });
    };
    const look = async (word: string) => [
      (await open.reader.searchRuns({ ...page, text: parseSearch(word)! })).total,
      await open.reader.countFinishedRuns({ username: 'zoe' }),
    ];
    await open.writer.commit(batch({ runs: [change(head._id, { insert: head })] }));
    assert.deepEqual(await look('plankton'), [0, 0]);
    await open.writer.commit(live('plankton before', true));
    assert.deepEqual(await look('plankton'), [1, 1]);
    await open.writer.commit(live('krill after', true));
    assert.deepEqual(
      [await look('plankton'), await look('krill')],
      [
        [0, 1],
        [1, 1],
      ],
    );
    await open.writer.commit(live('krill after', false));
    assert.deepEqual(await look('krill'), [0, 0]);
    await open.writer.commit(live('krill again', true));
    assert.deepEqual(await look('again'), [1, 1]);
    await open.writer.commit(live('krill again', true, true));
    assert.deepEqual(await look('again'), [0, 0]);
  });

  test('facets tell of a run as it is now, though they were asked for before it changed', async () => {
    const head = runHead(1_500, { finished: true, last_updated: 1_600_000_000_000 });
    Object.assign(head.args, { username: 'dan', new_tag: 'changing' });
    const write = async (parts: Parameters<typeof liveOf>[1]) =>
      await open.writer.commit(batch({ runs: [change(head._id, { live: liveOf(head, parts) })] }));
    const find = async () => {
      const facets = { branch: 'changing' };
      const { items, counts } = await open.reader.searchRuns({ ...page, facets });
      const failed = await open.reader.searchRuns({ ...page, facets: { ...facets, result: 'failed' } });
      return [items.length, counts!.result.failed, failed.items.length];
    };
    await open.writer.commit(batch({ runs: [change(head._id, { insert: head })] }));
    assert.deepEqual(await find(), [1, 0, 0]);
    await write({ failed: true });
    assert.deepEqual(await find(), [1, 1, 1]);
    // It goes on, and ends another way.
    await write({ failed: true, finished: false });
    assert.deepEqual(await find(), [0, 0, 0]);
    await write({ failed: false, finished: true });
    assert.deepEqual(await find(), [1, 0, 0]);
    await write({ failed: true, deleted: true });
    assert.deepEqual(await find(), [0, 0, 0]);
  });

  test('deleted runs that events tell of are found among themselves', async () => {
    const [gone] = RUNS.filter(({ deleted }) => deleted);
    const [back] = LISTED;
    const events = [gone!, back!, gone!].map(({ _id }, i) =>
      action(300 + i, { action: 'delete_run', run_id: _id, username: 'dan', time: 1_760_000_000 + i }),
    );
    await open.writer.commit(batch({ actions: events }));
    const deleted = { facets: { deleted: true } } as const;
    const owner = gone!.args.username;
    const text = parseSearch('king')!;
    for (const [search, expected] of [
      [deleted, [gone!._id]],
      [{ ...deleted, usernames: [owner] }, [gone!._id]],
      [{ ...deleted, usernames: ['nobody'] }, []],
      [{ ...deleted, text }, [gone!._id]],
      [{ ...deleted, text: parseSearch('history')! }, []],
      [{ facets: { deleted: true, threads: 7 } }, []],
    ] as const) {
      const found = await open.reader.searchRuns({ ...page, ...search });
      assert.deepEqual([ids(found.items), found.total, found.isCut], [expected, expected.length, false]);
    }
  });
}
