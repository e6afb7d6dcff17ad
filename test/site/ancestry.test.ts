/** Warnings about commits that do not descend from each other as a test means it (docs/spec/web-ui.md §4.6.3), without a browser. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { GitHubStandIn, OFFICIAL } from '../../src/swarm/github-stand-in.js';
import { ServerProcess } from '../server/server-process.js';
import { DAY_MS, type SeededRun, seedRuns } from './run-seed.js';
import { seedPeople } from './site-seed.js';

const LONGEST_MS = 60_000;
const FORK = 'ann/Stockfish';
const id = (n: number) => `66f1a2b3c4d5e6f7081922${n.toString(16).padStart(2, '0')}`;
const NOT_IN_MASTER = /^the base is no ancestor of the official master/;
const NOT_IN_TEST = /^the base is no ancestor of what is tested/;
const NOT_LATEST = /^the base is not the latest commit/;

describe('warnings about ancestors', () => {
  let server: ServerProcess;
  let directory: string;
  let standIn: GitHubStandIn;
  /** By name; what a run is of, and what its page must warn of. */
  const runs = new Map<string, { id: string; warning: RegExp | undefined }>();

  before(async () => {
    standIn = await GitHubStandIn.start();
    const { repos } = standIn;
    const [old, middle, newest] = ['Old', 'Middle', 'Newest'].map((message) =>
      repos.commit(OFFICIAL, { message }),
    );
    repos.add(FORK, { forkOf: OFFICIAL });
    const branch = (name: string, parent: string) =>
      repos.commit(FORK, { branch: name, message: name, parents: [parent] });
    const own = branch('own-base', newest!);
    const kinds: Record<
      string,
      [base: string, test: string, warning?: RegExp | undefined, more?: Partial<SeededRun>]
    > = {
      usual: [newest!, branch('usual', newest!)],
      merged: [old!, middle!],
      'own base': [own, branch('on-own', own), NOT_IN_MASTER],
      'other base': [newest!, branch('from-middle', middle!), NOT_IN_TEST],
      'older base': [middle!, branch('from-newest', newest!), NOT_LATEST],
      tune: [
        own,
        own,
        undefined,
        { form: { sprt: undefined as never, num_games: 1000, spsa: { raw_params: 'a,1,0,2,0.5,0.002' } } },
      ],
      'other project': [own, own, undefined, { form: { master_repo: 'https://github.com/some/Engine' } }],
    };
    const seeded = Object.entries(kinds).map(([name, [base, test, warning, more = {}]], i): SeededRun => {
      runs.set(name, { id: id(i), warning });
      const form = { resolved_base: base, resolved_new: test, ...more.form };
      return { id: id(i), ...more, form };
    });
    const unseen = branch('unseen', middle!);
    runs.set('old', { id: id(99), warning: undefined });
    seeded.push({
      id: id(99),
      form: { resolved_base: newest!, resolved_new: unseen },
      head: { finished: true },
      age: 40 * DAY_MS,
    });
    directory = await mkdtemp(join(tmpdir(), 'shoal-ancestry-'));
    await seedPeople(`sqlite:${directory}`);
    await seedRuns(`sqlite:${directory}`, seeded);
    standIn.fail('silent', { path: /compare/ });
    server = await ServerProcess.start(directory, {
      ...standIn.settings,
      SHOAL_DATA: directory,
      GH_TOKEN: 'x',
    });
  });
  after(async () => {
    await server?.end('SIGKILL');
    await standIn?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const warningsOf = async (name: string): Promise<string[]> => {
    const response = await fetch(`${server.url}/tests/view/${runs.get(name)!.id}`);
    assert.equal(response.status, 200);
    const text = await response.text();
    const found = text.matchAll(/<li class="warned"><span class="hidden">Warning: <\/span>(.*?)<\/li>/g);
    return [...found].map(([, warning]) => warning!).filter((warning) => /ancestor|in common/.test(warning));
  };

  it('are none while GitHub is silent, and the page comes all the same', async () => {
    for (const name of runs.keys()) assert.deepEqual(await warningsOf(name), [], name);
  });

  it('come once GitHub has told, each for its kind alone', async () => {
    standIn.heal();
    for (const [name, { warning }] of runs) {
      const latest = performance.now() + LONGEST_MS;
      let found = await warningsOf(name);
      while (warning !== undefined && found.length === 0) {
        assert.ok(performance.now() < latest, `no warning of ${name}`);
        await sleep(200);
        found = await warningsOf(name);
      }
      assert.equal(found.length, warning === undefined ? 0 : 1, name);
      if (warning !== undefined) assert.match(found[0]!, warning);
    }
    for (const [name, { warning }] of runs) {
      assert.equal((await warningsOf(name)).length, warning === undefined ? 0 : 1, `${name}, later`);
    }
    assert.match(
      (await warningsOf('own base'))[0]!,
      /href="https:\/\/github\.com\/official-stockfish\/Stockfish\/compare\/master\.\.\.ann:/,
    );
  });

  it('of an old test are asked of GitHub for nobody who is not signed in', async () => {
    await warningsOf('old');
    const sha = standIn.repos.require(FORK).branches.get('unseen')!;
    assert.equal(standIn.count(new RegExp(sha)), 0);
  });
});
