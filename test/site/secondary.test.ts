/** A secondary's pages: they read, and what only the primary does is refused before anything is looked at (docs/spec/web-ui.md §8). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freePort } from '../../src/http/transport/free-port.js';
import { SITE_ROUTES } from '../../src/site/routes.js';
import { openStore } from '../../src/store/open-store.js';
import { type MongodbPlace, mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { seededTask, seedRuns } from './run-seed.js';
import { SiteBrowser, skip, textOf, tokenOf } from './site-browser.js';

const RUN = '66f1a2b3c4d5e6f708192301';

describe('the pages of a secondary', { skip: skip || withoutMongodb }, () => {
  let site: SiteBrowser;
  let place: MongodbPlace;
  before(async () => {
    place = await mongodbPlace();
    const ports = {
      FISHTEST_PORT: String(await freePort()),
      FISHTEST_PRIMARY_PORT: String(await freePort()),
    };
    const tasks = [seededTask('one', [1, 2, 3, 4, 5])];
    site = await SiteBrowser.start(ports, place.url, (url) => seedRuns(url, [{ id: RUN, tasks }]));
  });
  after(async () => {
    await site?.stop();
    await place?.remove();
  });

  it('show tests to anybody, with their tasks', async () => {
    const page = await site.person(`/tests/view/${RUN}?show_task=0`);
    assert.equal(await textOf(page, '#state'), 'pending');
    assert.equal(await page.getAttribute('#task-0', 'aria-current'), 'true');
    for (const id of ['f'.repeat(24), 'x']) {
      assert.equal((await fetch(`${site.server.url}/tests/view/${id}`)).status, 404);
    }
  });

  it('answer 503 to every change that is the primary’s, and change nothing', async () => {
    const cora = await site.member('cora', `/tests/view/${RUN}`);
    const csrf_token = await tokenOf(cora);
    const changes = SITE_ROUTES.filter(({ method, where }) => method === 'POST' && where === 'primary');
    assert.ok(changes.length >= 6);
    for (const { path } of changes) {
      const answer = await site.post(cora, path, { csrf_token, 'run-id': RUN, run: RUN, 'num-games': '0' });
      assert.deepEqual([answer.status, answer.headers.get('cache-control')], [503, 'no-store'], path);
      assert.match(await answer.text(), /Not on this server/);
    }
    await cora.reload();
    assert.equal(await textOf(cora, '#state'), 'pending');
  });

  it('show the form of a new test, and store none that is sent', async () => {
    const ann = await site.member('ann', '/tests/run');
    assert.equal(await ann.inputValue('#tests-repo'), 'https://github.com/ann/Stockfish');
    const sent = {
      csrf_token: await tokenOf(ann),
      'test-branch': 'idea',
      'test-commit': 'a'.repeat(40),
      'base-commit': 'b'.repeat(40),
      'test-signature': '1234567',
      'base-signature': '7654321',
      'run-info': 'sent to a secondary',
    };
    assert.equal((await site.post(ann, '/tests/run', sent)).status, 503);
    const reader = await openStore(place.url).openReader();
    const stored: string[] = [];
    for await (const { args } of reader.unfinishedRuns()) stored.push(args.info);
    await reader.close();
    assert.ok(stored.length > 0);
    assert.ok(!stored.includes('sent to a secondary'));
  });

  it('asks no other host for anything and breaks no rule of its own', () => site.assertClean());
});
