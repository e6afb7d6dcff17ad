/** What each question finds, asked of a stand-in over real HTTP. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GitHubError } from '../../src/github/github-error.js';
import { OFFICIAL } from '../../src/swarm/github-stand-in.js';
import { ask, FORK, NET } from './asking.js';

const reason = (wanted: string) => (error: unknown) =>
  error instanceof GitHubError && error.reason === wanted;

test('a fork has its root, a renamed repository its new name, and one that is gone is told', async () => {
  const { standIn, service } = await ask();
  assert.deepEqual(await service.ask('repository', { repo: FORK }), { repo: FORK, root: OFFICIAL });
  assert.deepEqual(await service.ask('repository', { repo: OFFICIAL }), { repo: OFFICIAL, root: OFFICIAL });
  standIn.repos.rename(FORK, 'renamed/Stockfish');
  const moved = await ask();
  moved.standIn.repos.rename(FORK, 'renamed/Stockfish');
  assert.deepEqual(await moved.service.ask('repository', { repo: FORK }), {
    repo: 'renamed/Stockfish',
    root: OFFICIAL,
  });
  await assert.rejects(service.ask('repository', { repo: 'nobody/none' }), reason('no-repository'));
  await assert.rejects(service.ask('repository', { repo: '../../user' }), reason('no-repository'));
});

test('a branch is its newest commit with signature and title, a sha the commit itself', async () => {
  const { standIn, service } = await ask();
  const message = 'Try less\n\nbench 7654321\nmore text';
  const sha = standIn.repos.commit(FORK, { branch: 'try/less', message });
  const commit = await service.ask('commit', { repo: FORK, ref: 'try/less' });
  assert.deepEqual(commit, { sha, message, title: 'Try less', date: commit.date, bench: '7654321' });
  assert.deepEqual(await service.ask('commit', { repo: FORK, ref: sha }), commit);
  const bare = standIn.repos.commit(FORK, { branch: 'try/less', message: 'No signature' });
  const next = await service.ask('commit', { repo: FORK, ref: 'try/less' });
  assert.equal(next.sha, bare);
  assert.equal(next.bench, undefined);
  for (const ref of ['none', '', 'a b', 'a..b', '/a', '-a']) {
    await assert.rejects(service.ask('commit', { repo: FORK, ref }), reason('no-commit'), ref);
  }
  await assert.rejects(
    service.ask('commit', { repo: 'nobody/none', ref: 'master' }),
    reason('no-repository'),
  );
});

test('the newest commits of master come newest first, with their signatures', async () => {
  const { service } = await ask();
  const commits = await service.ask('commits', { repo: OFFICIAL, branch: 'master' });
  assert.deepEqual(
    commits.map(({ title, bench }) => [title, bench]),
    [
      ['Second', '2222222'],
      ['First', '1111111'],
    ],
  );
});

test('networks are found in either source, and none is an answer', async () => {
  const { standIn, service, master } = await ask();
  assert.deepEqual(await service.ask('nets', { repo: OFFICIAL, sha: master }), [NET]);
  const option = `o["EvalFile"] << Option("nn-aaaaaaaaaaaa.nnue", on_eval_file);\n`;
  const older = { 'src/evaluate.h': 'class Position;\n', 'src/ucioption.cpp': option };
  const old = standIn.repos.commit(FORK, { branch: 'old', message: 'Old', files: older });
  assert.deepEqual(await service.ask('nets', { repo: FORK, sha: old }), ['nn-aaaaaaaaaaaa.nnue']);
  const files = { ...older, 'src/ucioption.cpp': 'no networks\n' };
  const bare = standIn.repos.commit(FORK, { branch: 'bare', message: 'Bare', files });
  assert.deepEqual(await service.ask('nets', { repo: FORK, sha: bare }), []);
  const empty = standIn.repos.commit(FORK, {
    branch: 'empty',
    message: 'Empty',
    files: { 'src/evaluate.h': null },
  });
  await assert.rejects(service.ask('nets', { repo: FORK, sha: empty }), reason('no-commit'));
});

test('what is in master is known for ever, and what is not may come', async () => {
  let now = Date.now();
  const { standIn, service, master } = await ask({ now: () => now });
  const sha = standIn.repos.commit(FORK, { branch: 'patch', message: 'Patch', parents: [master] });
  assert.equal(await service.ask('isInMaster', { sha: master }), true);
  assert.equal(await service.ask('isInMaster', { sha }), false);
  assert.equal(await service.ask('isInMaster', { sha: 'c'.repeat(40) }), false);
  standIn.repos.require(OFFICIAL).branches.set('master', sha);
  assert.equal(await service.ask('isInMaster', { sha }), false);
  now += 601_000;
  assert.equal(await service.ask('isInMaster', { sha }), true);
  const asked = standIn.requests.length;
  now += 1e10;
  assert.equal(await service.ask('isInMaster', { sha: master }), true);
  assert.equal(standIn.requests.length, asked);
});

test('a merge base is the same from both sides, and for ever between shas', async () => {
  let now = Date.now();
  const { standIn, service, master } = await ask({ now: () => now });
  const patch = standIn.repos.commit(FORK, { branch: 'patch', message: 'Patch', parents: [master] });
  const other = standIn.repos.commit(OFFICIAL, { message: 'Third', parents: [master] });
  const about = { repo: FORK, base: other, head: patch };
  assert.equal(await service.ask('mergeBase', about), master);
  now += 1e10;
  assert.equal(await service.ask('mergeBase', { ...about, base: patch, head: other }), master);
  assert.equal(standIn.requests.length, 1);
  const moving = { repo: OFFICIAL, base: 'master', head: patch };
  assert.equal(await service.ask('mergeBase', moving), master);
  standIn.repos.require(OFFICIAL).branches.set('master', patch);
  assert.equal(await service.ask('mergeBase', moving), master);
  now += 601_000;
  assert.equal(await service.ask('mergeBase', moving), patch);
});

test('a diff is that of GitHub where base is an ancestor, and else from tree to tree', async () => {
  const { standIn, service, master } = await ask();
  const search = (line: string) => ({ 'src/search.cpp': `${line}\nsame\n`, 'gone.txt': null });
  const patch = standIn.repos.commit(FORK, {
    branch: 'patch',
    message: 'Patch',
    parents: [master],
    files: { ...search('new'), 'added.txt': 'text\n' },
  });
  const three = await service.ask('diff', { repo: FORK, base: master, head: patch });
  assert.equal(three.dots, 3);
  assert.deepEqual(
    three.files.map(({ path, status }) => [path, status]),
    [
      ['added.txt', 'added'],
      ['src/search.cpp', 'modified'],
    ],
  );
  assert.match(three.files[1]!.patch!, /^@@ -1,20 \+1,2 @@\n-int line0;/);

  const other = standIn.repos.commit(OFFICIAL, {
    message: 'Third',
    parents: [master],
    files: { 'src/search.cpp': 'old\nsame\n', 'extra.txt': 'more\n', 'net.bin': 'a\0b' },
  });
  const two = await service.ask('diff', { repo: FORK, base: other, head: patch });
  assert.deepEqual(two, {
    dots: 2,
    files: [
      { path: 'added.txt', status: 'added', additions: 1, deletions: 0, patch: '@@ -0,0 +1,1 @@\n+text' },
      { path: 'extra.txt', status: 'removed', additions: 0, deletions: 1, patch: '@@ -1,1 +0,0 @@\n-more' },
      { path: 'net.bin', status: 'removed', additions: 0, deletions: 0 },
      {
        path: 'src/search.cpp',
        status: 'modified',
        additions: 1,
        deletions: 1,
        patch: '@@ -1,2 +1,2 @@\n-old\n+new\n same',
      },
    ],
    additions: 2,
    deletions: 2,
    isCut: false,
  });
});

test('a diff of many files, or of a long patch, is cut and says so', async () => {
  const { standIn, service, master } = await ask();
  const many = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`f${i}.txt`, 'x\n']));
  const head = standIn.repos.commit(FORK, {
    branch: 'many',
    message: 'Many',
    parents: [master],
    files: many,
  });
  const diff = await service.ask('diff', { repo: FORK, base: master, head });
  assert.deepEqual([diff.files.length, diff.additions, diff.isCut], [20, 25, true]);
  const long = { 'long.txt': 'a line of some length\n'.repeat(60_000) };
  const longHead = standIn.repos.commit(FORK, {
    branch: 'long',
    message: 'Long',
    parents: [master],
    files: long,
  });
  const cut = await service.ask('diff', { repo: FORK, base: master, head: longHead });
  assert.deepEqual([cut.files[0]!.patch, cut.additions, cut.isCut], [undefined, 60_000, true]);
});

test('comments on a commit are counted', async () => {
  const { standIn, service, master } = await ask();
  standIn.repos.resolve(standIn.repos.require(OFFICIAL), master)!.comments = 3;
  assert.equal(await service.ask('comments', { repo: OFFICIAL, sha: master }), 3);
});
