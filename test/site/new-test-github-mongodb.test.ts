/** What a submission takes from GitHub reaches MongoDB as it does SQLite (docs/spec/web-ui.md §11.2, 20–25), without a browser. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openStore } from '../../src/store/open-store.js';
import { GitHubStandIn, OFFICIAL } from '../../src/swarm/github-stand-in.js';
import { signedIn, type Visitor } from '../fuzz/site-visitors.js';
import { ServerProcess } from '../server/server-process.js';
import { type MongodbPlace, mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { NET, seedFiles, seedPeople } from './site-seed.js';

const FORK = 'ann/Stockfish';
const OTHER_NET = 'nn-ffffffffffff.nnue';
const VIEW = /\/tests\/view\/([0-9a-f]{24})\?follow=1$/;
const evaluate = (net: string) => ({ 'src/evaluate.h': `#define EvalFileDefaultName "${net}"\n` });

describe('a new test with GitHub on MongoDB', { skip: withoutMongodb }, () => {
  let server: ServerProcess;
  let standIn: GitHubStandIn;
  let place: MongodbPlace;
  let directory: string;
  let ann: Visitor;
  const shas: Record<string, string> = {};

  before(async () => {
    standIn = await GitHubStandIn.start();
    const { repos } = standIn;
    repos.commit(OFFICIAL, { message: 'First\n\nbench 1111111', files: evaluate(NET) });
    shas['master'] = repos.commit(OFFICIAL, { message: 'Second\n\nbench 2222222' });
    repos.add(FORK, { forkOf: OFFICIAL });
    shas['idea'] = repos.commit(FORK, { branch: 'idea', message: 'Prune more\n\nbench 2345678' });
    repos.commit(FORK, { branch: 'silent', message: 'No signature here' });
    repos.commit(FORK, { branch: 'newnet', message: 'Net\n\nbench 3456789', files: evaluate(OTHER_NET) });
    repos.rename(FORK, 'ann/Renamed');
    place = await mongodbPlace('dots in keys');
    directory = await mkdtemp(join(tmpdir(), 'shoal-github-pages-'));
    await seedPeople(place.url);
    await seedFiles(place.url);
    const env = { ...standIn.settings, STORE_URL: place.url, SHOAL_DATA: directory, GH_TOKEN: 'x' };
    server = await ServerProcess.start(directory, env);
    ann = await signedIn(server.url, 'ann');
  });
  after(async () => {
    await server?.end('SIGTERM');
    await place?.remove();
    await standIn?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const send = async (fields: Record<string, string>) => {
    const answer = await fetch(`${server.url}/tests/run`, {
      method: 'POST',
      headers: { cookie: ann.cookie },
      body: new URLSearchParams({
        csrf_token: ann.token,
        nonce: String(Math.random()),
        'tests-repo': `https://github.com/${FORK}`,
        'base-signature': '2222222',
        ...fields,
      }),
      redirect: 'manual',
    });
    const id = VIEW.exec(answer.headers.get('location') ?? '')?.[1];
    return { status: answer.status, text: await answer.text(), id };
  };
  const stored = async <T>(
    read: (reader: Awaited<ReturnType<ReturnType<typeof openStore>['openReader']>>) => Promise<T>,
  ) => {
    const reader = await openStore(place.url).openReader();
    return await read(reader).finally(() => reader.close());
  };

  it('stores signature, description, shas, titles, networks and the new address of a renamed repository', async () => {
    const { id, text } = await send({ 'test-branch': 'idea' });
    assert.ok(id !== undefined, text);
    const args = (await stored((reader) => reader.run(id)))!.args;
    assert.deepEqual(
      [args.new_signature, args.info, args.resolved_new, args.resolved_base, args.msg_new, args.msg_base],
      ['2345678', 'Prune more', shas['idea'], shas['master'], 'Prune more', 'Second'],
    );
    assert.deepEqual(
      [args.new_nets, args.base_nets, args.tests_repo],
      [[NET], [NET], 'https://github.com/ann/Renamed'],
    );
    const user = await stored((reader) => reader.user('ann'));
    assert.equal(user?.tests_repo, 'https://github.com/ann/Renamed');
  });

  it('refuses a commit without signature, another signature of master and a network that is missing', async () => {
    const cases: [Record<string, string>, RegExp][] = [
      [{ 'test-branch': 'silent', 'run-info': 'typed' }, /names no signature/],
      [{ 'test-branch': 'idea', 'base-signature': '1111111' }, /has the signature 2222222/],
      [{ 'test-branch': 'newnet' }, new RegExp(`${OTHER_NET} is not known here: upload it`)],
    ];
    for (const [fields, problem] of cases) {
      const { status, text } = await send(fields);
      assert.equal(status, 422);
      assert.match(text, problem);
    }
  });

  it('takes the same form once the network is there', async () => {
    await place.db.collection('nns').insertOne({ name: OTHER_NET, user: 'ann', downloads: 0 });
    const { id, text } = await send({ 'test-branch': 'newnet' });
    assert.ok(id !== undefined, text);
    assert.deepEqual((await stored((reader) => reader.run(id)))!.args.new_nets, [OTHER_NET]);
  });
});
