/** Networks of bases get their mark from what GitHub says of the base, and not before they have a test. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { GitHubService } from '../../src/github/github-service.js';
import { MasterNets } from '../../src/jobs/master-nets.js';
import { pushItem, withSystem } from '../../src/operations/changes.js';
import { buildRun } from '../../src/operations/run/new-run.js';
import { GitHubStandIn, OFFICIAL } from '../../src/swarm/github-stand-in.js';
import { Farm } from '../golden/farm.js';
import { RUN_FORM } from '../server/seed.js';

const NETS = ['nn-00000000000a.nnue', 'nn-00000000000b.nnue', 'nn-00000000000c.nnue'] as const;
const [MASTER, OTHER, UNTESTED] = NETS;
const NOW = Date.now();

let standIn: GitHubStandIn;
let farm: Farm;
let github: GitHubService;
before(async () => {
  standIn = await GitHubStandIn.start();
  farm = await Farm.open({ users: [], workers: [], runs: [], keyValues: [] }, NOW);
  const { GITHUB_API_URL: apiUrl, GITHUB_RAW_URL: rawUrl } = standIn.settings;
  github = new GitHubService({ isOn: true, token: 'secret', apiUrl, rawUrl, booksUrl: '' });
});
after(async () => {
  await farm.stop();
  await farm.remove();
  await standIn.stop();
});

async function addRun(id: string, base: string, nets: readonly string[], approved = true): Promise<void> {
  const form = {
    ...RUN_FORM,
    new_tag: 'idea',
    resolved_base: base,
    base_nets: [...nets],
  };
  await farm.addRun({ ...buildRun(form, NOW, id), approved, approver: approved ? 'jane' : '' });
}

test('networks that master plays with are marked, those of other bases and without a test are not', async () => {
  const { repos } = standIn;
  const old = repos.commit(OFFICIAL, { message: 'Old' });
  repos.commit(OFFICIAL, { message: 'New' });
  const branch = repos.commit(OFFICIAL, { branch: 'side', message: 'Side', parents: [old] });
  withSystem(farm.state, (slot) => {
    for (const name of NETS)
      pushItem(farm.state, slot, { kind: 'net', net: { name, user: 'joe', downloads: 0 } });
    for (const net of [MASTER, OTHER])
      pushItem(farm.state, slot, { kind: 'netTest', test: { net, runId: '1'.repeat(24), date: NOW } });
  });
  farm.state.commits.next();
  await farm.drain();
  const marked = async () => {
    await farm.drain();
    const nets = await Promise.all(NETS.map((name) => farm.reader.net(name)));
    return nets.filter((net) => net?.is_master === true).map((net) => net!.name);
  };
  await addRun('1'.repeat(24), old, [MASTER, UNTESTED]);
  await addRun('2'.repeat(24), branch, [OTHER]);
  await addRun('3'.repeat(24), old, [OTHER], false);
  const job = new MasterNets(farm.state, farm.reader, github);

  standIn.fail('unavailable');
  assert.equal(await job.run(NOW), 0);
  standIn.heal();
  assert.equal(await job.run(NOW), 1);
  assert.deepEqual(await marked(), [MASTER]);
  const asked = standIn.requests.length;
  assert.equal(await job.run(NOW + 1), 0, 'it is marked once');
  assert.equal(standIn.requests.length, asked, 'nothing is asked again so soon');

  repos.commit(OFFICIAL, { message: 'Merge', parents: [branch] });
  assert.equal(
    await job.run(NOW + 7 * 3_600_000),
    0,
    'GitHub’s answer is kept for ten minutes of its own clock',
  );
});
