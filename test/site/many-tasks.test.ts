/** A run of 20,000 tasks: its pages are made in pieces, between which workers have their turn, and once for readers who come together (docs/spec/web-ui.md §7.3). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { GitHubClient } from '../../src/github/github-client.js';
import { chi2OfWorkers } from '../../src/rules/chi2.js';
import { formatShown } from '../../src/rules/format-number.js';
import { Shared } from '../../src/runtime/shared.js';
import { Site } from '../../src/site/answer-site.js';
import { taskChunks } from '../../src/site/test-page/run-tasks.js';
import type { Reader } from '../../src/store/port.js';
import { OPTIONS } from '../operations/world.js';
import { sqlitePlace } from '../store/sqlite-place.js';
import type { StorePlace } from '../store/store-place.js';
import { countingReader, NO_HEADERS, SETTINGS } from './page-visits.js';
import { seededTask, seedRuns } from './run-seed.js';

const TASKS = 20_000;
const WORKERS = 2_000;
const RUN = '66f1a2b3c4d5e6f708192901';
describe('the pages of a run of 20,000 tasks', () => {
  const tasks = Array.from({ length: TASKS }, (_, i) =>
    seededTask(`w${String(i % WORKERS).padStart(4, '0')}`, [3, 20, 60, 22, 4 + (i % 3)]),
  );
  let place: StorePlace;
  let reader: Reader;
  let site: Site;
  const reads: string[] = [];
  before(async () => {
    place = await sqlitePlace();
    await seedRuns(place.url, [
      { id: RUN, head: { approved: true, approver: 'cora', finished: true }, tasks },
    ]);
    reader = await place.store.openReader();
    const counting = countingReader(reader, reads);
    const shared = Shared.create(256 * 1024 * 1024, OPTIONS);
    shared.state.threads.join('test', { parks: true });
    const github = new GitHubClient({ channel: 'nobody listens', isOn: false });
    const parts = { state: shared.state, reader: counting, settings: SETTINGS, isPrimary: true, github };
    site = new Site(parts as never, shared.sessionChanges);
  });
  after(async () => {
    await reader.close();
    await place.remove();
  });

  async function get(path: string, query = ''): Promise<string> {
    const request = { method: 'GET', path, query, scheme: 'http', host: 'localhost', address: '127.0.0.1' };
    const call = { kind: 'site', request: { ...request, headers: NO_HEADERS }, admissions: [] } as const;
    const answer = await site.answer(call as never);
    assert.equal(answer.kind === 'page' && answer.status, 200, JSON.stringify(answer).slice(0, 300));
    return String((answer as { body: string | Uint8Array }).body);
  }

  /** How often others had their turn meanwhile. */
  async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
    let turns = 0;
    let isOver = false;
    const tick = () => {
      turns++;
      if (!isOver) setImmediate(tick);
    };
    setImmediate(tick);
    await work();
    isOver = true;
    return turns;
  }

  it('read tasks once for readers who come together, give way meanwhile, and show what all tasks say', async () => {
    const readTasks = () => reads.filter((name) => name === 'tasks').length;
    let page = '';
    const turns = await turnsDuring(async () => {
      [page] = await Promise.all([get(`/tests/view/${RUN}`), get(`/tests/view/${RUN}`)]);
    });
    assert.equal(readTasks(), 1);
    await get(`/tests/view/${RUN}`);
    assert.equal(readTasks(), 1);
    assert.ok(turns > 2, `${turns} turns`);
    const views = tasks.map(({ worker_info, stats }) => ({ key: worker_info.unique_key, stats }));
    const { chi2, dof } = chi2OfWorkers(views);
    assert.equal(dof, 2 * (WORKERS - 1));
    assert.ok(page.includes(`${formatShown(chi2, 2)}, ${dof} degrees of freedom`));
  });

  it('sort and search all tasks in pieces, and make one page of rows', async () => {
    for (const query of ['', 'sort=residual', 'sort=worker&order=asc', 'q=w0007']) {
      let page = '';
      const turns = await turnsDuring(async () => {
        page = await get(`/tests/tasks/${RUN}`, query);
      });
      assert.ok(turns > 2, `${turns} turns for ${query}`);
      assert.equal(page.split('<tr id="task-').length - 1, query === 'q=w0007' ? TASKS / WORKERS : 25, query);
    }
    reads.length = 0;
    const again = await get(`/tests/tasks/${RUN}`, 'sort=residual&page=2');
    assert.equal(again.split('<tr id="task-').length - 1, 25);
    assert.match(await get(`/tests/tasks/${RUN}`), /id="task-19999"/);
    assert.match(await get(`/tests/tasks/${RUN}`, 'show_task=7'), /id="task-7" class="marked"/);
    assert.deepEqual(
      reads.filter((name) => name === 'tasks'),
      [],
      'the order is kept, and a page reads its own tasks',
    );
  });

  it('come in chunks of a bounded size, each task once and in order', async () => {
    const chunks = taskChunks({ state: {} as never, reader, isPrimary: false }, RUN);
    let next = 0;
    for await (const { first, tasks: chunk } of chunks) {
      assert.equal(first, next);
      assert.ok(chunk.length > 0 && chunk.length <= 250);
      next += chunk.length;
    }
    assert.equal(next, TASKS);
  });
});
