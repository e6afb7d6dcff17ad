/** A store with a run that no test ends, and as many accounts beside joe's as wanted. */
import { buildRun } from '../../src/operations/run/new-run.js';
import { emptyBatch } from '../../src/state/collect-batch.js';
import { openStore } from '../../src/store/open-store.js';
import { RUN_FORM, RUN_ID } from './seed.js';

export async function seedLongRun(storeUrl: string, accounts = 0): Promise<void> {
  const writer = await openStore(storeUrl).openWriter();
  const now = Date.now();
  const { tasks: _tasks, bad_tasks: _bad, ...head } = buildRun(RUN_FORM, now, RUN_ID);
  head.args.num_games = 1e9;
  const insert = { ...head, approved: true, approver: 'jane' };
  const names = ['joe', ...Array.from({ length: accounts }, (_, i) => `account${i}`)];
  const users = names.map((username) => ({
    username,
    password: 'secret',
    registration_time: now,
    pending: false,
    blocked: false,
    email: `${username}@example.org`,
    groups: [],
    tests_repo: '',
    machine_limit: 100_000,
  }));
  await writer.commit({
    ...emptyBatch(),
    users,
    runs: [{ runId: RUN_ID, insert, tasks: [], badTasks: [], spsaHistory: [] }],
  });
  await writer.close();
}
