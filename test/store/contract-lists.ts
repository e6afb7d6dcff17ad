/** Lists of accounts, blocked workers and approvals are the same in every store, and follow what is written. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { UserDocument, WorkerDocument } from '../../src/model/documents.js';
import { ACCOUNT_GROUPS, type AccountGroup, type BlockedQuery } from '../../src/store/queries.js';
import { action, batch, START, user } from './documents.js';
import type { OpenPlace } from './store-place.js';

const ACCOUNTS = 60;
const MINUTE_MS = 60_000;
const CACHED = ['Person1', 'person2', 'gone'];

const account = (i: number): UserDocument => ({
  ...user(`${i % 2 === 0 ? 'person' : 'Person'}${i}`),
  // Two each came at the same instant.
  registration_time: START + Math.floor(i / 2) * MINUTE_MS,
  pending: i % 5 === 0,
  blocked: i % 7 === 0,
  groups: i % 10 === 3 ? ['group:approvers', 'group:other'] : i % 10 === 4 ? ['group:other'] : [],
  email: `${i}@${i % 3 === 0 ? 'Example' : 'other'}.org`,
});

const worker = (i: number): WorkerDocument => ({
  worker_name: `${i % 3 === 0 ? 'Person' : 'person'}${i}-${i}cores-abc`,
  blocked: i % 4 !== 0,
  message: `reason ${i}`,
  last_updated: START + i * MINUTE_MS,
});

export function listTests(open: OpenPlace): void {
  let accounts = Array.from({ length: ACCOUNTS }, (_, i) => account(i));
  const workers = Array.from({ length: 40 }, (_, i) => worker(i));
  before(async () => {
    const entry = {
      cpu_hours: 1,
      games: 1,
      games_per_hour: 0,
      tests: 0,
      tests_repo: '',
      last_updated: START,
    };
    const entries = CACHED.map((username) => ({
      period: 'all' as const,
      username,
      entry: { ...entry, username },
    }));
    await open.writer.commit(
      batch({ users: accounts.slice(0, 30), contributorEntries: entries.slice(0, 2) }),
    );
    await open.writer.commit(batch({ users: accounts, workers, contributorEntries: entries }));
    // The last account goes, one is accepted, one stops to be an approver, and an entry of the cache goes.
    accounts = accounts.slice(0, -1);
    accounts[5] = { ...accounts[5]!, pending: false };
    accounts[13] = { ...accounts[13]!, groups: [] };
    await open.writer.commit(
      batch({ users: [accounts[5], accounts[13]], removedUsers: [account(59).username] }),
    );
    await open.writer.commit(batch({ contributorEntries: [{ period: 'all', username: 'gone' }] }));
    const approvals = Array.from({ length: 30 }, (_, i) =>
      action(i, { time: 1_000 + i, username: i % 3 === 0 ? 'Person3' : 'Person13', action: 'approve_run' }),
    );
    const other = action(99, { time: 5_000, username: 'Person3', action: 'stop_run' });
    await open.writer.commit(batch({ actions: [...approvals, other] }));
  });

  const holds: Readonly<Record<AccountGroup, (user: UserDocument) => boolean>> = {
    pending: ({ pending }) => pending,
    blocked: ({ blocked }) => blocked,
    approvers: ({ groups }) => groups.includes('group:approvers'),
    idle: ({ username }) => !CACHED.includes(username),
    all: () => true,
  };
  const expected = (group: AccountGroup, text = '') =>
    accounts
      .filter(holds[group])
      .filter(({ username, email }) => `${username}\n${email}`.toLowerCase().includes(text.toLowerCase()))
      .toSorted((a, b) => b.registration_time - a.registration_time || (a.username < b.username ? 1 : -1));

  test('accounts are counted and listed by group, newest registration first', async () => {
    const counts = await open.reader.accountCounts();
    for (const group of ACCOUNT_GROUPS) {
      const all = expected(group);
      assert.equal(counts[group], all.length, group);
      for (const [skip, limit] of [
        [0, 100],
        [0, 3],
        [2, 5],
        [500, 5],
      ] as const) {
        const { items, total, isCut } = await open.reader.accounts({ group, skip, limit });
        assert.deepEqual(items, all.slice(skip, skip + limit), `${group} ${skip}`);
        assert.deepEqual([total, isCut], [all.length, false]);
      }
    }
  });

  test('accounts are found by parts of names and addresses, whatever the case', async () => {
    for (const group of ACCOUNT_GROUPS) {
      for (const text of ['PERSON1', 'example', 'other.ORG', '%', '.*', 'nobody', "'"]) {
        const all = expected(group, text);
        const { items, total } = await open.reader.accounts({ group, text, skip: 1, limit: 4 });
        assert.deepEqual([items, total], [all.slice(1, 5), all.length], `${group} ${text}`);
      }
    }
  });

  test('blocked workers are listed by change, name and address of their owner', async () => {
    const emails = new Map(accounts.map(({ username, email }) => [username, email]));
    const ownerOf = ({ worker_name: name }: WorkerDocument) => name.slice(0, name.indexOf('-'));
    const blocked = workers
      .filter((each) => each.blocked)
      .map((each) => {
        const email = emails.get(ownerOf(each));
        return { ...each, ...(email !== undefined && { email }) };
      });
    const keyOf = (sort: BlockedQuery['sort'], each: (typeof blocked)[number]) =>
      sort === 'changed'
        ? each.last_updated
        : sort === 'name'
          ? each.worker_name.toLowerCase()
          : (each.email ?? '');
    const [since, before] = [START + 10 * MINUTE_MS, START + 30 * MINUTE_MS];
    for (const sort of ['changed', 'name', 'email'] as const) {
      for (const order of ['asc', 'desc'] as const) {
        for (const narrowed of [{}, { since }, { before }, { since, before, text: 'N1' }, { text: '.*' }]) {
          const sign = order === 'asc' ? 1 : -1;
          const fits = blocked
            .filter(
              ({ last_updated: at }) => at >= (narrowed.since ?? 0) && at < (narrowed.before ?? Infinity),
            )
            .filter(({ worker_name: name }) =>
              name.toLowerCase().includes((narrowed.text ?? '').toLowerCase()),
            )
            .toSorted((a, b) => {
              const [left, right] = [keyOf(sort, a), keyOf(sort, b)];
              if (left !== right) return left < right ? -sign : sign;
              return a.worker_name < b.worker_name ? -1 : 1;
            });
          const query = { ...narrowed, sort, order, skip: 2, limit: 6 };
          const found = await open.reader.blockedList(query);
          assert.deepEqual(
            found,
            { items: fits.slice(2, 8), total: fits.length, isCut: false },
            JSON.stringify(query),
          );
        }
      }
    }
  });

  test('approvals are counted for each account', async () => {
    const { reader } = open;
    assert.deepEqual(await reader.approvals('Person3', 1_015), { total: 10, recent: 5, last: 1_027 });
    assert.deepEqual(await reader.approvals('Person13', 0), { total: 20, recent: 20, last: 1_029 });
    assert.deepEqual(await reader.approvals('person3', 0), { total: 0, recent: 0, last: undefined });
  });
}
