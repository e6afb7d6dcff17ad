/** Finished runs and actions that the contract's searches look through, and what is asked for. */
import type { ActionDocument, ActionKind } from '../../src/model/documents.js';
import type { RunHead } from '../../src/store/port.js';
import { action, batch, change, idOf, runHead, user } from './documents.js';
import type { OpenPlace } from './store-place.js';

const INFOS = [
  'Tune history move weights',
  'history of the MOVE',
  'history move, then king safety',
  'LTC: naïve Überprüfung der Königssicherheit',
  'king-safety & pawn_structure',
  'simplify "razoring"; see https://example.org/a?b=c',
  '日本語 の テスト',
  'straße',
  '',
  '<b>history</b>\u202Emove',
];
export const SEARCHES = [
  'history move',
  '"history move"',
  '"history move" -king',
  '"History Move"',
  '“history move”',
  'naive',
  'UBERPRUFUNG',
  'pawn_structure',
  'safety',
  'razoring',
  'テスト',
  'straße',
  'strasse',
  'example.org',
  '-"history move" history king',
  '"unclosed history',
  '-king',
  '"',
  '""',
  '   ',
  "'; DROP TABLE runs; --",
  'NEAR(history, move)',
  'history* AND (move OR king)',
  '{"$ne": 1}',
  'words:history',
  '\0history',
  'x'.repeat(1_000),
  '"a" '.repeat(50),
];

/** Newest first. */
export const RUNS: RunHead[] = INFOS.map((info, i) => {
  const head = runHead(1_000 + i, {
    finished: true,
    is_green: i % 3 === 0,
    is_yellow: i % 3 === 1,
    tc_base: i % 2 === 0 ? 60 : 10,
    deleted: i === 4,
  });
  head.args = {
    ...head.args,
    info,
    username: ['ann', 'joan', 'bob'][i % 3]!,
    threads: 1 + (i % 2),
    new_tag: `branch-${i}`,
  };
  if (i % 4 === 1) delete head.args.sprt;
  if (i % 5 === 2) head.failed = true;
  if (i % 2 === 1)
    head.results = {
      ...head.results,
      wins: 900,
      losses: 700,
      draws: 400,
      pentanomial: [50, 150, 500, 200, 100],
    };
  return head;
}).reverse();
export const LISTED = RUNS.filter(({ deleted }) => !deleted);

const KINDS: ActionKind[] = ['failed_task', 'dead_task', 'stop_run', 'system_event', 'log_message'];
export const ACTIONS: ActionDocument[] = Array.from({ length: 120 }, (_, i) =>
  action(i, {
    time: 1_767_000_000.25 + Math.floor(i / 2),
    action: KINDS[i % 5]!,
    username: ['ann', 'joan', 'bob', 'fishtest.system'][i % 4]!,
    message: INFOS[i % INFOS.length]!,
    ...(i % 3 === 0 && { run_id: idOf(i % 7), run: `branch-${i % 7}` }),
  }),
).reverse();

export const ids = (items: readonly { _id: string }[]) => items.map(({ _id }) => _id);
export const page = { cap: 1_000, skip: 0, limit: 1_000 };

export async function seedSearches({ writer }: OpenPlace): Promise<void> {
  const runs = RUNS.map((head) => change(head._id, { insert: head }));
  await writer.commit(batch({ users: ['ann', 'joan', 'bob', 'Anna'].map(user), runs }));
  await writer.commit(batch({ actions: ACTIONS.slice(50) }));
  await writer.commit(batch({ actions: ACTIONS }));
}
