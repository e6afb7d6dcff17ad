/** The action log: order, filters, and no entry twice. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { ActionDocument, ActionKind } from '../../src/model/documents.js';
import type { ActionQuery } from '../../src/store/queries.js';
import { action, batch, collect, idOf } from './documents.js';
import type { OpenPlace } from './store-place.js';

const KINDS: ActionKind[] = ['failed_task', 'dead_task', 'stop_run', 'system_event'];

/** 200 entries, two at every instant, of few kinds, users and runs. */
const ALL: ActionDocument[] = Array.from({ length: 200 }, (_, i) =>
  action(i, {
    time: 1_767_000_000.25 + Math.floor(i / 2),
    action: KINDS[i % 4]!,
    username: `user${i % 3}`,
    ...(i % 5 === 0 ? {} : { run_id: idOf(i % 5) }),
    task_id: i,
  }),
);

const INSTANTS: Pick<ActionQuery, 'since' | 'until'>[] = [
  {},
  { since: ALL[91]!.time },
  { until: ALL[160]!.time },
  { since: ALL[91]!.time, until: ALL[160]!.time },
];

/** The filter in its plainest form. */
function expected(query: ActionQuery): ActionDocument[] {
  const matching = ALL.filter(
    (entry) =>
      (query.kinds === undefined || query.kinds.includes(entry.action)) &&
      (query.username === undefined || query.username === entry.username) &&
      (query.runId === undefined || query.runId === entry.run_id) &&
      (query.runIds === undefined || query.runIds.includes(entry.run_id ?? '')) &&
      (query.since === undefined || entry.time >= query.since) &&
      (query.until === undefined || entry.time <= query.until),
  );
  return (query.oldestFirst ? matching : matching.reverse()).slice(0, query.limit);
}

export function actionLogTests(open: OpenPlace): void {
  before(async () => {
    // Written in another order than that of time, and the second half twice.
    await open.writer.commit(batch({ actions: ALL.slice(100) }));
    await open.writer.commit(batch({ actions: ALL }));
  });

  test('every combination of filters finds the same as a plain scan', async () => {
    const kinds = [undefined, [], ['dead_task'], ['dead_task', 'stop_run', 'dead_task']] as const;
    const runs = [
      undefined,
      { runId: idOf(2) },
      { runIds: [idOf(3), idOf(1)] },
      { runId: idOf(2), runIds: [idOf(3)] },
    ];
    const queries: ActionQuery[] = kinds.flatMap((kind) =>
      runs.flatMap((run) =>
        [undefined, 'user1'].flatMap((username) =>
          INSTANTS.flatMap((instants) =>
            [false, true].map((oldestFirst) => ({
              limit: 25,
              oldestFirst,
              ...(kind && { kinds: [...kind] }),
              ...run,
              ...(username !== undefined && { username }),
              ...instants,
            })),
          ),
        ),
      ),
    );
    for (const query of queries) {
      assert.deepEqual(await open.reader.actions(query), expected(query), JSON.stringify(query));
    }
  });

  test('the whole log is read oldest first, each entry once', async () => {
    assert.deepEqual(await collect(open.reader.actionLog()), ALL);
  });
}
