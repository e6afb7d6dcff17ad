/** Searches of the action log find the same in every store, on odd input too. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { ActionDocument } from '../../src/model/documents.js';
import { matchesSearch, parseSearch } from '../../src/rules/search-text.js';
import { actionWords } from '../../src/store/action-words.js';
import { type ActionSearch, HIDDEN_KINDS } from '../../src/store/queries.js';
import { idOf } from './documents.js';
import { ACTIONS, ids, page, SEARCHES, seedSearches } from './searched.js';
import type { OpenPlace } from './store-place.js';

export function actionSearchTests(open: OpenPlace): void {
  before(() => seedSearches(open));

  test('all names of accounts, and all of the action log, are told', async () => {
    const accounts = await open.reader.usernames();
    for (const name of ['ann', 'joan', 'bob', 'Anna']) assert.ok(accounts.includes(name), name);
    assert.equal(new Set(accounts).size, accounts.length);
    assert.deepEqual((await open.reader.actors()).sort(), ['ann', 'bob', 'fishtest.system', 'joan']);
  });

  test('many names are found as few are, newest first', async () => {
    const nobodies = Array.from({ length: 100 }, (_, i) => `nobody${i}`);
    const usernames = [...nobodies, 'joan', 'bob'];
    const fitting = ACTIONS.filter((entry) => fits({ usernames }, entry));
    for (const [skip, limit] of [
      [0, 5],
      [20, 10],
      [fitting.length - 2, 5],
    ] as const) {
      const found = await open.reader.searchActions({ usernames, cap: 1_000, skip, limit });
      assert.deepEqual(ids(found.items), ids(fitting.slice(skip, skip + limit)));
      assert.deepEqual([found.total, found.isCut], [fitting.length, false]);
    }
    const text = parseSearch('history')!;
    const worded = await open.reader.searchActions({ ...page, usernames, text });
    assert.deepEqual(ids(worded.items), ids(ACTIONS.filter((entry) => fits({ usernames, text }, entry))));
  });

  test('every combination of filters finds the actions that a plain look finds, newest first', async () => {
    const searches: Omit<ActionSearch, 'cap' | 'skip' | 'limit'>[] = [];
    for (const kinds of [undefined, ['dead_task'], ['system_event', 'update_stats']]) {
      for (const usernames of [undefined, ['ann'], ['joan', 'bob'], []]) {
        for (const runId of [undefined, idOf(3)]) {
          for (const until of [undefined, ACTIONS[40]!.time]) {
            for (const given of ['', 'history', '"history move" -king', 'branch', '"ann naive"']) {
              const text = parseSearch(given);
              searches.push({
                ...(kinds && { kinds }),
                ...(usernames && { usernames }),
                ...(runId !== undefined && { runId }),
                ...(until !== undefined && { until }),
                ...(text && { text }),
              });
            }
          }
        }
      }
    }
    for (const search of searches) {
      const fitting = ACTIONS.filter((entry) => fits(search, entry));
      const found = await open.reader.searchActions({ ...search, cap: 1_000, skip: 2, limit: 5 });
      assert.deepEqual(ids(found.items), ids(fitting.slice(2, 7)), JSON.stringify(search));
      assert.deepEqual([found.total, found.isCut], [fitting.length, false], JSON.stringify(search));
      const cut = await open.reader.searchActions({ ...search, cap: 3, skip: 0, limit: 10 });
      assert.deepEqual([cut.total, cut.isCut], [Math.min(3, fitting.length), fitting.length > 3]);
      assert.equal(cut.items.length, cut.total);
    }
  });

  test('the newest actions that fit come in the order of another key, equal ones newest first', async () => {
    const text = parseSearch('history')!;
    const keyOf = ({ message }: ActionDocument) => (message ?? '').toLowerCase();
    // Of more than the cap, words find those that came last: nearly the newest.
    for (const [search, cap] of [
      [{}, 20],
      [{ usernames: ['joan', 'bob'] }, 20],
      [{ text }, 1_000],
    ] as const) {
      const newest = ACTIONS.filter((entry) => fits(search, entry)).slice(0, cap);
      for (const order of ['asc', 'desc'] as const) {
        const sign = order === 'asc' ? 1 : -1;
        const sorted = newest.toSorted((a, b) => {
          const [left, right] = [keyOf(a), keyOf(b)];
          return left === right ? 0 : left < right ? -sign : sign;
        });
        // Asked twice: a store may remember the keys.
        for (const skip of [0, 3, 3]) {
          const ordered = { by: 'comment', keyOf, order };
          const found = await open.reader.searchActions({ ...search, ordered, cap, skip, limit: 5 });
          assert.deepEqual(ids(found.items), ids(sorted.slice(skip, skip + 5)), JSON.stringify(search));
        }
        const byTime = { ...search, ordered: { by: 'time', order }, cap, skip: 2, limit: 5 };
        const expected = order === 'asc' ? newest.toReversed() : newest;
        assert.deepEqual(ids((await open.reader.searchActions(byTime)).items), ids(expected.slice(2, 7)));
      }
    }
  });

  test('no search of actions fails, whatever is typed', async () => {
    for (const given of SEARCHES) {
      const text = parseSearch(given);
      if (text === undefined) continue;
      const fitting = ACTIONS.filter((entry) => fits({ text }, entry));
      const found = await open.reader.searchActions({ ...page, text });
      assert.deepEqual(ids(found.items), ids(fitting), given);
    }
  });
}

function fits(search: Omit<ActionSearch, 'cap' | 'skip' | 'limit'>, entry: ActionDocument): boolean {
  const { kinds, usernames, runId, until, text } = search;
  const isHidden = (HIDDEN_KINDS as readonly string[]).includes(entry.action);
  return (
    (kinds === undefined ? !isHidden : kinds.includes(entry.action)) &&
    (usernames === undefined || usernames.includes(entry.username)) &&
    (runId === undefined || entry.run_id === runId) &&
    (until === undefined || entry.time <= until) &&
    (text === undefined || matchesSearch(text, actionWords(entry)))
  );
}
