/** What a page reads of the store is bounded: a few reads, however much there is (docs/spec/web-ui.md §7.3, §10). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { recover } from '../../src/operations/recovery/recover.js';
import { Shared } from '../../src/runtime/shared.js';
import { emptyBatch } from '../../src/state/collect-batch.js';
import type { Reader } from '../../src/store/port.js';
import { OPTIONS } from '../operations/world.js';
import { RUN_ID } from '../server/seed.js';
import { sqlitePlace } from '../store/sqlite-place.js';
import type { StorePlace } from '../store/store-place.js';
import { finishedId } from './lists-seed.js';
import { countingReader, sessionOf, visitPage } from './page-visits.js';
import { BLOCKED, seedRecords } from './records-seed.js';
import { seedRuns } from './run-seed.js';
import { seedPeople } from './site-seed.js';

const MOST_READS = 5;
/** Of an account: its session and itself, which each thread keeps for a second. */
const READS_OF_VISITOR = 2;
const WAITING_ID = '66f1a2b3c4d5e6f708192802';
const WAITING_NETS = ['nn-111111111111.nnue', 'nn-222222222222.nnue', 'nn-333333333333.nnue'];
const TUNE_ID = '66f1a2b3c4d5e6f708192801';
const PAGES = [
  '/tests',
  '/tests?live=run_tables',
  '/tests?page=2',
  '/tests/machines?q=linux',
  '/tests/finished',
  '/tests/finished?page=2',
  '/tests/finished?yellow_only=1',
  '/tests/finished?format=csv',
  '/tests/finished?mode=search&deleted=1&format=csv',
  '/tests/user/ann?format=csv',
  '/tests/finished?mode=search&user=a',
  '/tests/finished?mode=search&user=a&text=history',
  '/tests/finished?mode=search&type=sprt&user=a&text=history',
  '/tests/user/ann',
  '/tests/user/bob',
  '/actions',
  '/actions?user=a',
  '/actions?text=history&user=a',
  '/actions?sort=comment',
  '/contributors',
  '/contributors/monthly?sort=games',
  '/nns?network_name=a',
  '/upload',
  '/workers/show?filter=all-workers',
  `/workers/${BLOCKED}`,
  '/sprt_calc',
  '/user',
  '/user/export',
  `/tests/view/${TUNE_ID}/spsa.json`,
  `/tests/view/${TUNE_ID}/spsa.csv`,
  `/tests/stats/${RUN_ID}`,
  `/tests/stats/${RUN_ID}?format=csv`,
  `/tests/live_elo/${RUN_ID}?mode=dynamic`,
];

describe('pages', () => {
  let place: StorePlace;
  let reader: Reader;
  let shared: Shared;
  before(async () => {
    place = await sqlitePlace();
    await seedPeople(place.url);
    await seedRecords(place.url);
    const tune = { sprt: undefined as never, num_games: 20_000, spsa: { raw_params: 'P1,10,0,100,5,0.002' } };
    const waiting = { new_nets: WAITING_NETS, base_nets: WAITING_NETS.slice(1) };
    await seedRuns(place.url, [
      { id: TUNE_ID, form: tune },
      { id: WAITING_ID, form: waiting },
    ]);
    const writer = await place.store.openWriter();
    const session = { write: 'put', record: sessionOf('cora') } as const;
    await writer.commit({ ...emptyBatch(), siteRecords: [session] });
    await writer.close();
    reader = await place.store.openReader();
    shared = Shared.create(256 * 1024 * 1024, OPTIONS);
    shared.state.threads.join('test', { parks: true });
  });
  after(async () => {
    await reader.close();
    await place.remove();
  });

  it(`read the store at most ${MOST_READS} times each, also the first time`, async () => {
    for (const address of PAGES) {
      const reads = await readsOf(shared, reader, address);
      assert.ok(reads.length <= MOST_READS, `${address} reads ${reads.join(', ')}`);
    }
  });

  it('of tests do so beside what they read of the visitor, however many networks an approver is told of', async () => {
    const primary = Shared.create(256 * 1024 * 1024, OPTIONS);
    primary.state.threads.join('test', { parks: true });
    await recover(primary.state, reader, Date.now());
    for (const address of [WAITING_ID, RUN_ID, finishedId(0)].map((id) => `/tests/view/${id}`)) {
      const reads = await readsOf(primary, reader, address);
      assert.ok(reads.length <= MOST_READS + READS_OF_VISITOR, `${address} reads ${reads.join(', ')}`);
    }
  });
});

/** Names of the reads that a page makes that nobody has looked at. */
async function readsOf(shared: Shared, reader: Reader, address: string): Promise<string[]> {
  const reads: string[] = [];
  const counting = countingReader(reader, reads);
  const answer = await visitPage(shared, counting, address);
  assert.ok(
    answer.kind === 'page' && (answer.status === 200 || answer.status === 286),
    `${address}: ${JSON.stringify(answer).slice(0, 300)}`,
  );
  return reads;
}
