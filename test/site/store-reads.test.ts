/** What a page reads of the store is bounded: a few reads, however much there is (docs/spec/web-ui.md §7.3, §10). */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { GitHubClient } from '../../src/github/github-client.js';
import { Shared } from '../../src/runtime/shared.js';
import { Site } from '../../src/site/answer-site.js';
import type { SiteRequest } from '../../src/site/site-messages.js';
import { emptyBatch } from '../../src/state/collect-batch.js';
import type { Reader } from '../../src/store/port.js';
import { OPTIONS } from '../operations/world.js';
import { RUN_ID } from '../server/seed.js';
import { sqlitePlace } from '../store/sqlite-place.js';
import type { StorePlace } from '../store/store-place.js';
import { BLOCKED, seedRecords } from './records-seed.js';
import { seedRuns } from './run-seed.js';
import { seedPeople } from './site-seed.js';

const MOST_READS = 5;
const TUNE_ID = '66f1a2b3c4d5e6f708192801';
const SECRET = 's'.repeat(43);
const SETTINGS = {
  isOn: true,
  secret: 'secret',
  signupIsOpen: true,
  checksMailDomain: false,
  idleMs: 3_600_000,
  rememberMs: 3_600_000,
  rehashes: false,
  links: [],
};
const PAGES = [
  '/tests',
  '/tests?live=run_tables',
  '/tests?page=2',
  '/tests/machines?q=linux',
  '/tests/finished',
  '/tests/finished?page=2',
  '/tests/finished?yellow_only=1',
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
  `/tests/view/${TUNE_ID}/spsa.json`,
  `/tests/view/${TUNE_ID}/spsa.csv`,
  `/tests/stats/${RUN_ID}`,
  `/tests/stats/${RUN_ID}?format=csv`,
  `/tests/live_elo/${RUN_ID}?mode=dynamic`,
];

/** Nobody answers: pages are drawn without what GitHub would say. */
const github = new GitHubClient({ channel: 'nobody listens', isOn: false });

describe('pages', () => {
  let place: StorePlace;
  let reader: Reader;
  let shared: Shared;
  before(async () => {
    place = await sqlitePlace();
    await seedPeople(place.url);
    await seedRecords(place.url);
    const tune = { sprt: undefined as never, num_games: 20_000, spsa: { raw_params: 'P1,10,0,100,5,0.002' } };
    await seedRuns(place.url, [{ id: TUNE_ID, form: tune }]);
    const writer = await place.store.openWriter();
    const now = Date.now();
    const doc = {
      made: now,
      seen: now,
      remember: false,
      csrfToken: 'a'.repeat(64),
      flashes: [],
      browser: '',
    };
    const key = createHash('sha256').update(SECRET).digest('hex');
    const record = { kind: 'session', key, owner: 'cora', expires: now + 3_600_000, doc } as const;
    await writer.commit({ ...emptyBatch(), siteRecords: [{ write: 'put', record }] });
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
      const reads: string[] = [];
      const counting = new Proxy(reader, {
        get(target, name) {
          const member: unknown = Reflect.get(target, name, target);
          if (typeof member !== 'function') return member;
          return (...args: unknown[]) => {
            reads.push(String(name));
            return Reflect.apply(member, target, args);
          };
        },
      });
      const parts = { state: shared.state, reader: counting, settings: SETTINGS, isPrimary: true, github };
      const site = new Site(parts as never, shared.sessionChanges);
      const [path, query = ''] = address.split('?') as [string, string?];
      const admissions = [{ gate: 'search' as const, key: '127.0.0.1', waitSeconds: 0 }];
      const answer = await site.answer({ kind: 'site', request: requestOf(path, query), admissions });
      assert.ok(
        answer.kind === 'page' && (answer.status === 200 || answer.status === 286),
        `${address}: ${JSON.stringify(answer).slice(0, 300)}`,
      );
      assert.ok(reads.length <= MOST_READS, `${address} reads ${reads.join(', ')}`);
    }
  });
});

function requestOf(path: string, query: string): SiteRequest {
  const none = {
    contentType: '',
    csrfToken: '',
    origin: '',
    referer: '',
    fetchSite: '',
    fetchMode: '',
    acceptEncoding: '',
    ifNoneMatch: '',
    userAgent: '',
  };
  const headers = {
    ...none,
    cookie: `fishtest_session=${SECRET}`,
    htmx: query.includes('live=') ? 'true' : '',
  };
  return { method: 'GET', path, query, scheme: 'http', host: 'localhost', address: '127.0.0.1', headers };
}
