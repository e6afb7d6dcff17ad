/** What a server's store holds before a test. */
import { buildRun } from '../../src/operations/run/new-run.js';
import { emptyBatch } from '../../src/state/collect-batch.js';
import { openStore } from '../../src/store/open-store.js';

export const RUN_ID = '0123456789abcdef01234567';

/** A worker's description of itself; `key` begins its unique key. */
export function workerInfo(key: string) {
  return {
    uname: 'Linux 6.1',
    architecture: ['64bit', 'ELF'],
    concurrency: 4,
    max_memory: 16_000,
    min_threads: 1,
    username: 'joe',
    version: 325,
    python_version: [3, 12, 1],
    gcc_version: [13, 2, 0],
    compiler: 'g++',
    unique_key: `${key}-5a28-4b7d-b27b-d78d97ecf11a`,
    modified: false,
    worker_arch: 'x86-64-avx2',
    ARCH: '64bit',
    nps: 650_000,
    near_github_api_limit: false,
  };
}

/** A new run with all that one needs. */
export const RUN_FORM = {
  new_tag: 'branch',
  base_tag: 'master',
  username: 'joe',
  resolved_new: 'a'.repeat(40),
  resolved_base: 'b'.repeat(40),
  new_signature: '1234567',
  base_signature: '7654321',
  tc: '10+0.1',
  threads: 1,
  num_games: 20_000,
  new_options: 'Hash=16',
  info: 'a test',
};

/** Makes a store with one account (joe, secret) and one approved run. */
export async function seed(storeUrl: string): Promise<void> {
  const writer = await openStore(storeUrl).openWriter();
  const now = Date.now();
  const { tasks: _tasks, bad_tasks: _bad, ...head } = buildRun(RUN_FORM, now, RUN_ID);
  const user = {
    username: 'joe',
    password: 'secret',
    registration_time: now,
    pending: false,
    blocked: false,
    email: 'joe@example.org',
    groups: [],
    tests_repo: '',
    machine_limit: 100,
  };
  const insert = { ...head, approved: true, approver: 'jane' };
  await writer.commit({
    ...emptyBatch(),
    users: [user],
    runs: [{ runId: RUN_ID, insert, tasks: [], badTasks: [], spsaHistory: [] }],
  });
  await writer.close();
}
