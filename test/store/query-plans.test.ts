/** The reads that must stay quick in a store of years go along an index, and never sort or scan a whole table. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { ActionReads } from '../../src/store/sqlite/action-log.js';
import { ActionSearches } from '../../src/store/sqlite/action-search.js';
import { GitHubAnswerReads } from '../../src/store/sqlite/github-answers.js';
import { migrate } from '../../src/store/sqlite/migrations.js';
import { RunReads } from '../../src/store/sqlite/run-reads.js';
import { idOf } from './documents.js';

/** The plan of the last statement with an order that `read` prepares on an empty store. */
function planOf(read: (db: DatabaseSyncInstance) => unknown): string {
  const db = new DatabaseSync(':memory:');
  migrate(db);
  let last = '';
  const spy = new Proxy(db, {
    get(target, name) {
      if (name !== 'prepare') return Reflect.get(target, name);
      return (sql: string, options?: object) => {
        if (sql.includes('ORDER BY')) last = sql;
        return target.prepare(sql, options);
      };
    },
  });
  read(spy);
  const plan = db.prepare(`EXPLAIN QUERY PLAN ${last}`).all(...Array(last.split('?').length - 1).fill(1));
  db.close();
  return (plan as { detail: string }[]).map((step) => step.detail).join('; ');
}

test('finished lists use their partial index', () => {
  const page = { skip: 0, limit: 50 };
  for (const [query, index] of [
    [{}, 'runs_finished '],
    [{ since: 1 }, 'runs_finished '],
    [{ username: 'a' }, 'runs_finished_user '],
    [{ username: 'a', since: 1 }, 'runs_finished_user '],
    [{ successOnly: true }, 'runs_finished_green '],
    [{ yellowOnly: true }, 'runs_finished_yellow '],
    [{ ltcOnly: true }, 'runs_finished_ltc '],
  ] as const) {
    const plan = planOf((db) => new RunReads(db).finished({ ...query, ...page }));
    assert.ok(
      `${plan} `.includes(`USING COVERING INDEX ${index}`) || plan.includes(`USING INDEX ${index.trim()}`),
      plan,
    );
    assert.doesNotMatch(plan, /TEMP B-TREE/);
  }
});

test('the action log is read along the index of its narrowest filter', () => {
  for (const [query, index] of [
    [{}, 'actions_time'],
    [{ since: 1 }, 'actions_time'],
    [{ kinds: ['dead_task'] }, 'actions_kind'],
    [{ kinds: ['dead_task', 'stop_run'] }, 'actions_kind'],
    [{ kinds: ['dead_task'], username: 'a' }, 'actions_user'],
    [{ kinds: ['dead_task', 'stop_run'], username: 'a', runId: idOf(1) }, 'actions_run'],
    [{ runIds: [idOf(1), idOf(2)], oldestFirst: true }, 'actions_run'],
  ] as const) {
    const plan = planOf((db) => {
      const { kinds, runIds, ...rest } = query as { kinds?: string[]; runIds?: string[] };
      const lists = {
        ...(kinds && { kinds: [...kinds] as ['dead_task'] }),
        ...(runIds && { runIds: [...runIds] }),
      };
      return new ActionReads(db).find({ ...rest, ...lists, limit: 10 });
    });
    assert.match(plan, new RegExp(`USING INDEX ${index}\\b`));
    assert.doesNotMatch(plan, /TEMP B-TREE FOR ORDER/);
  }
});

test('the sizes of all answers of GitHub are read along their index alone', () => {
  const plan = planOf((db) => new GitHubAnswerReads(db));
  assert.match(plan, /USING COVERING INDEX github_answers_used/);
  assert.doesNotMatch(plan, /TEMP B-TREE/);
});

test('searches of the action log sort nothing, and read along the index of what is asked for', () => {
  const page = { cap: 100, skip: 0, limit: 25 };
  for (const [search, index] of [
    [{}, 'actions_shown'],
    [{ until: 5 }, 'actions_shown'],
    [{ kinds: ['dead_task'] }, 'actions_kind'],
    [{ usernames: ['a'] }, 'actions_user_shown'],
    [{ usernames: ['a'], kinds: ['dead_task'], until: 5 }, 'actions_user_kind'],
    [{ runId: idOf(1) }, 'actions_run'],
  ] as const) {
    const plan = planOf((db) => new ActionSearches(db).find({ ...search, ...page } as never));
    assert.match(plan, new RegExp(`COVERING INDEX ${index}\\b`), `${JSON.stringify(search)}: ${plan}`);
    assert.doesNotMatch(plan, /TEMP B-TREE/, JSON.stringify(search));
  }
});
