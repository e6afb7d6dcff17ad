/** The changes of a test (docs/spec/web-ui.md §4.6.5): asked of GitHub once, kept, and a word where they cannot be had. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { GitHubStandIn, OFFICIAL, type StandInFault } from '../../src/swarm/github-stand-in.js';
import { ServerProcess } from '../server/server-process.js';
import { type MongodbPlace, mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { HttpMember } from './http-member.js';
import { seedRuns } from './run-seed.js';
import { seedPeople } from './site-seed.js';

const FORK = 'ann/Stockfish';
const [SMALL, LONG, UNKNOWN, ELSEWHERE] = [1, 2, 3, 4].map((n) => `66f1a2b3c4d5e6f70819${4000 + n}`) as [
  string,
  string,
  string,
  string,
];
const BASE = 'int prune = 1;\nint keep = 2;\n';

for (const kind of ['SQLite', 'MongoDB'] as const)
  describe(`the changes of a test on ${kind}`, { skip: kind === 'MongoDB' && withoutMongodb }, () => {
    let place: MongodbPlace | undefined;
    let directory: string;
    let server: ServerProcess;
    let standIn: GitHubStandIn;
    let ann: HttpMember;
    before(async () => {
      standIn = await GitHubStandIn.start();
      const { repos } = standIn;
      const base = repos.commit(OFFICIAL, { message: 'Base', files: { 'src/search.cpp': BASE } });
      repos.add(FORK, { forkOf: OFFICIAL });
      const small = BASE.replace('1', '<b>3</b>\u202e');
      const head = repos.commit(FORK, { branch: 'small', message: 'x', files: { 'src/search.cpp': small } });
      const lines = Array.from({ length: 80 }, (_, i) => `int more${i} = ${i};\n`).join('');
      const long = repos.commit(FORK, {
        branch: 'long',
        message: 'y',
        files: { 'src/search.cpp': BASE + lines },
      });
      const args = { resolved_base: base, tests_repo: `https://github.com/${FORK}` };
      directory = await mkdtemp(join(tmpdir(), 'shoal-changes-'));
      place = kind === 'MongoDB' ? await mongodbPlace() : undefined;
      const url = place?.url ?? `sqlite:${directory}`;
      await seedPeople(url);
      await seedRuns(url, [
        { id: SMALL, args: { ...args, resolved_new: head } },
        { id: LONG, args: { ...args, resolved_new: long } },
        { id: UNKNOWN, args: { ...args, resolved_new: 'c'.repeat(40) } },
        { id: ELSEWHERE, args: { ...args, tests_repo: 'https://example.org/x', resolved_new: head } },
      ]);
      server = await ServerProcess.start(directory, {
        ...standIn.settings,
        STORE_URL: url,
        SHOAL_DATA: directory,
      });
      ann = await HttpMember.signIn(server.url, 'ann');
    });
    after(async () => {
      await server?.end('SIGTERM');
      await standIn?.stop();
      await place?.remove();
      await rm(directory, { recursive: true, force: true });
    });

    const part = async (id: string, query = '') => {
      const answer = await ann.get(`/tests/view/${id}/diff${query}`, { 'hx-request': 'true' });
      return { status: answer.status, cache: answer.headers.get('cache-control'), text: await answer.text() };
    };

    it('are told to be not there while GitHub is in trouble, with a link, and the page of the test stands', async () => {
      for (const fault of ['unavailable', 'malformed', 'denied'] as const satisfies readonly StandInFault[]) {
        standIn.fail(fault);
        const { status, cache, text } = await part(SMALL);
        standIn.heal();
        assert.equal(status, 200);
        assert.doesNotMatch(cache ?? '', /max-age/);
        assert.match(text, /They cannot be shown here\.[\s\S]*/);
        assert.match(text, /href="https:\/\/github\.com\/ann\/Stockfish\/compare\//);
      }
      assert.match(
        await (await ann.get(`/tests/view/${SMALL}`)).text(),
        /id="diff"[^>]*hx-get="\/tests\/view\/\w+\/diff\?auto=1"/,
      );
    });

    it('show short ones at once, escaped, and long ones when they are asked for', async () => {
      const { status, cache, text } = await part(SMALL, '?auto=1');
      assert.equal(status, 200);
      assert.match(cache ?? '', /max-age/);
      assert.match(
        text,
        /<del>-int prune = 1;\n<\/del><ins>\+int prune = &lt;b&gt;3&lt;\/b&gt;\u25A1;\n<\/ins>/,
      );
      const closed = await part(LONG, '?auto=1');
      assert.match(closed.text, /\+80 −0 in 1 file/);
      assert.doesNotMatch(closed.text, /more79/);
      assert.match((await part(LONG)).text, /\+int more79 = 79;/);
      const page = await ann.get(`/tests/view/${LONG}/diff`);
      assert.match(await page.text(), /<html[\s\S]*more79/);
    });

    it('are kept: with GitHub away they are there', async () => {
      standIn.fail('away');
      const visitor = await fetch(`${server.url}/tests/view/${SMALL}/diff`);
      assert.match(await visitor.text(), /\+int prune/);
      standIn.heal();
    });

    it('have a word where GitHub does not have them, and 404 for no test', async () => {
      assert.match((await part(UNKNOWN)).text, /They cannot be shown here/);
      assert.match((await part(ELSEWHERE)).text, /GitHub does not have the code of this test/);
      assert.equal((await ann.get(`/tests/view/${'f'.repeat(24)}/diff`)).status, 404);
    });
  });
