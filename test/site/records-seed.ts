/** Events of every kind, contributors, networks and blocked workers for the tests of their pages. */
import type {
  ActionDocument,
  ContributorDocument,
  NetDocument,
  WorkerDocument,
} from '../../src/model/documents.js';
import { emptyBatch } from '../../src/state/collect-batch.js';
import { openStore } from '../../src/store/open-store.js';
import { LIVE, seedLists } from './lists-seed.js';

export const BLOCKED = 'ann-4cores-ccccccc0';
export const OTHERS = 'bob-16cores-ccccccc5';
export const NET = 'nn-0123456789ab.nnue';
export const CONTRIBUTORS = 130;
const DAY_MS = 86_400_000;
const LONG = `${BLOCKED}-5a28`;
const ON_RUN = { run_id: LIVE.sprt, run: 'active-sprt-1234567' };
/** Seconds: event i came i seconds later. */
export const EVENT_EPOCH = 1_760_000_000.125;

/** One of each, in this order; dead tasks and system events come last. */
const KINDS: Partial<ActionDocument>[] = [
  { action: 'new_run', username: 'ann', ...ON_RUN, message: 'SPRT<0.00,2.00> TC:10+0.1' },
  { action: 'approve_run', username: 'dan', ...ON_RUN, message: 'approved' },
  { action: 'modify_run', username: 'ann', ...ON_RUN, message: 'modify: priority changed from 0 to 1' },
  { action: 'stop_run', username: 'ann', ...ON_RUN, message: 'User stop' },
  { action: 'delete_run', username: 'ann', ...ON_RUN },
  { action: 'purge_run', username: 'cora', ...ON_RUN, message: 'Manual purge' },
  { action: 'finished_run', username: 'ann', ...ON_RUN, message: 'LLR: 2.95' },
  { action: 'block_user', username: 'cora', user: 'blake', message: 'blocked' },
  { action: 'block_worker', username: 'cora', worker: BLOCKED, message: 'blocked' },
  { action: 'accept_user', username: 'dan', user: 'bob', message: 'accepted' },
  { action: 'upload_nn', username: 'bob', nn: NET },
  {
    action: 'failed_task',
    username: 'ann',
    worker: LONG,
    ...ON_RUN,
    task_id: 3,
    message: 'naïve <b>failure</b>',
  },
  { action: 'crash_or_time', username: 'ann', worker: LONG, ...ON_RUN, task_id: 3, message: 'crashes: 2' },
  { action: 'log_message', username: 'fishtest.system', message: 'an audit failed' },
  { action: 'worker_log', username: 'ann', worker: LONG, message: 'disk is full' },
  { action: 'dead_task', username: 'ann', worker: LONG, ...ON_RUN, task_id: 2 },
  { action: 'system_event', username: 'fishtest.system', message: 'started' },
];

export const EVENTS: ActionDocument[] = KINDS.map((event, i) => ({
  _id: `eeeeeeeeeeeeeeeeeeeeee${i.toString(16).padStart(2, '0')}`,
  time: EVENT_EPOCH + i,
  ...(event as Omit<ActionDocument, '_id' | 'time'>),
}));

const PLENTY: ActionDocument[] = Array.from({ length: 60 }, (_, i) => ({
  _id: `dddddddddddddddddddddd${i.toString(16).padStart(2, '0')}`,
  time: EVENT_EPOCH - 1_000 + i,
  action: 'log_message',
  username: 'joe',
  message: `entry ${i}`,
}));

function contributor(i: number): ContributorDocument {
  return {
    username: i === 0 ? 'ann' : `helper${i}`,
    cpu_hours: 5_000 - i,
    games: 1_000 * i,
    games_per_hour: i % 10,
    tests: i % 3,
    tests_repo: i === 1 ? 'javascript:alert(1)' : `https://github.com/helper${i}/Stockfish`,
    last_updated: i % 7 === 6 ? -1 : Date.now() - i * 3_600_000,
  };
}

function worker(name: string, days: number): WorkerDocument {
  return {
    worker_name: name,
    blocked: true,
    message: 'too many\ntime losses',
    last_updated: Date.now() - days * DAY_MS,
  };
}

export async function seedRecords(storeUrl: string): Promise<void> {
  await seedLists(storeUrl, [...PLENTY, ...EVENTS]);
  const nets = Array.from({ length: 30 }, (_, i): NetDocument & { _id: string } => ({
    _id: `${(1_700_000_000 + i * 86_400).toString(16)}0000000000000000`,
    name: i === 0 ? NET : `nn-${i.toString(16).padStart(12, 'a')}.nnue`,
    user: i % 2 === 0 ? 'bob' : 'ann',
    downloads: i,
    ...(i % 3 === 0 && {
      first_test: { id: LIVE.sprt, date: Date.UTC(2026, 0, 1) },
      last_test: { id: LIVE.games, date: Date.UTC(2026, 0, i + 1) },
    }),
    ...(i === 3 && { is_master: true as const }),
  }));
  const writer = await openStore(storeUrl).openWriter();
  await writer.commit({
    ...emptyBatch(),
    nets,
    workers: [worker(BLOCKED, 1), worker(OTHERS, 9), { ...worker('joe-8cores-free0000', 0), blocked: false }],
    contributorEntries: [
      ...Array.from({ length: CONTRIBUTORS }, (_, i) => contributor(i)).map((entry) => ({
        period: 'all' as const,
        username: entry.username,
        entry,
      })),
      { period: 'month', username: 'ann', entry: contributor(0) },
    ],
  });
  await writer.close();
}
