/** Users, workers, nets, PGNs, key-values and contributors: inserted, replaced by name, read back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NetDocument, WorkerDocument } from '../../src/model/documents.js';
import { batch, collect, idOf, START, user } from './documents.js';
import type { OpenPlace } from './store-place.js';

export function recordTests(open: OpenPlace): void {
  test('users are replaced by username and listed', async () => {
    const { machine_limit: _, ...old } = user('old');
    const users = [
      user('bob'),
      user('alice'),
      Object.assign(old as ReturnType<typeof user>, { legacy: [1] }),
    ];
    await open.writer.commit(batch({ users }));
    await open.writer.commit(batch({ users: [{ ...user('bob'), blocked: true }] }));
    assert.deepEqual(await open.reader.user('bob'), { ...user('bob'), blocked: true });
    assert.deepEqual(await open.reader.user('old'), old);
    assert.equal(await open.reader.user('Bob'), undefined);
    const names = (await collect(open.reader.users())).map((each) => each.username);
    assert.deepEqual(names.sort(), ['alice', 'bob', 'old']);
  });

  test('an account is made where nobody has the name, and changed by its members', async () => {
    const made = { ...user('carl'), email: 'first@example.org' };
    await open.writer.commit(batch({ newUsers: [made, user('dave')] }));
    await open.writer.commit(batch({ newUsers: [{ ...made, email: 'second@example.org' }] }));
    assert.deepEqual(await open.reader.user('carl'), made);
    const change = (members: object, ifPassword?: string) => {
      return { username: 'carl', members, ...(ifPassword !== undefined && { ifPassword }) };
    };
    await open.writer.commit(
      batch({
        userChanges: [
          change({ blocked: true, machine_limit: 3 }),
          change({ password: 'never' }, 'another'),
          change({ tests_repo: 'https://github.com/carl/x' }, made.password),
          { username: 'nobody', members: { blocked: true } },
        ],
      }),
    );
    const changed = { ...made, blocked: true, machine_limit: 3, tests_repo: 'https://github.com/carl/x' };
    assert.deepEqual(await open.reader.user('carl'), changed);
    assert.equal(await open.reader.user('nobody'), undefined);
    // A name that became free is taken again in one batch.
    const again = { ...user('carl'), email: 'third@example.org' };
    await open.writer.commit(batch({ removedUsers: ['carl'], newUsers: [again] }));
    assert.deepEqual(await open.reader.user('carl'), again);
    const fresh = { ...user('erik'), email: 'erik@example.org' };
    const own = [
      { username: 'erik', members: { pending: true } },
      { username: 'erik', members: { blocked: true } },
    ];
    await open.writer.commit(batch({ newUsers: [fresh], userChanges: own }));
    assert.deepEqual(await open.reader.user('erik'), { ...fresh, pending: true, blocked: true });
    await open.writer.commit(batch({ removedUsers: ['carl', 'dave', 'erik'] }));
  });

  test('of the claims of one key the first counts until it has expired or is taken back', async () => {
    const key = 'c'.repeat(64);
    const claim = (by: string, made: number) =>
      ({
        write: 'claim',
        now: made,
        record: { kind: 'identityClaim', key, owner: '', expires: made + 1000, doc: { by } },
      }) as const;
    const holder = async () => (await open.reader.siteRecord('identityClaim', key))?.doc.by;
    const remove = { write: 'remove', kind: 'identityClaim', key } as const;
    const later = Date.now() + 3_600_000;
    await open.writer.commit(batch({ siteRecords: [claim('one', later), claim('two', later)] }));
    assert.equal(await holder(), 'one');
    await open.writer.commit(batch({ siteRecords: [claim('three', later + 999)] }));
    assert.equal(await holder(), 'one');
    await open.writer.commit(
      batch({ siteRecords: [claim('four', later + 1000), claim('five', later + 1000)] }),
    );
    assert.equal(await holder(), 'four');
    await open.writer.commit(batch({ siteRecords: [remove, claim('six', later + 1001)] }));
    assert.equal(await holder(), 'six');
    await open.writer.commit(batch({ siteRecords: [claim('seven', later + 1001), remove] }));
    assert.equal(await holder(), undefined);
  });

  test('the block list holds only the blocked', async () => {
    const worker = (n: number, blocked: boolean): WorkerDocument => ({
      worker_name: `alice-${n}cores-abc`,
      blocked,
      message: 'too "slow"',
      last_updated: START,
    });
    await open.writer.commit(batch({ workers: [worker(1, true), worker(2, true), worker(3, false)] }));
    await open.writer.commit(batch({ workers: [worker(2, false), worker(4, true)] }));
    assert.deepEqual(await collect(open.reader.blockedWorkers()), [worker(1, true), worker(4, true)]);
  });

  test('nets count their downloads', async () => {
    const net: NetDocument = { name: 'nn-0123456789ab.nnue', user: 'alice', downloads: 5, is_master: true };
    await open.writer.commit(batch({ nets: [net] }));
    assert.equal(await open.writer.countDownload(net.name), true);
    assert.equal(await open.writer.countDownload('nn-none.nnue'), false);
    assert.deepEqual(await open.reader.net(net.name), { ...net, downloads: 6 });
    const tested = { ...net, downloads: 6, first_test: { id: idOf(1), date: START } };
    await open.writer.commit(batch({ nets: [tested] }));
    assert.deepEqual(await open.reader.net(net.name), tested);
    assert.equal(await open.reader.net('nn-none.nnue'), undefined);
  });

  test('nets are listed by name with their keys, and can be removed', async () => {
    const net = (digits: string, n: number) => ({
      _id: idOf(n),
      name: `nn-${digits}23456789ab.nnue`,
      user: 'alice',
      downloads: 0,
    });
    const a = net('aa', 8);
    const b = net('bb', 7);
    await open.writer.commit(batch({ nets: [b, a] }));
    const listed = async () =>
      (await collect(open.reader.nets())).filter(({ name }) => [a.name, b.name].includes(name));
    assert.deepEqual(await listed(), [a, b]);
    await open.writer.commit({ ...batch({}), removedNets: [a.name, 'nn-none.nnue'] });
    assert.deepEqual(await listed(), [b]);
    assert.equal(await open.reader.net(a.name), undefined);
  });

  test('a net keeps its first test, and its last one whatever comes late', async () => {
    const name = 'nn-cc23456789ab.nnue';
    const downloads = 3;
    const at = (n: number) => ({ id: idOf(n), date: START + n });
    const tests = (...given: number[]) => given.map((n) => ({ net: name, runId: idOf(n), date: START + n }));
    await open.writer.commit(batch({ nets: [{ name, user: 'alice', downloads }] }));
    await open.writer.commit({ ...batch({}), netTests: tests(2) });
    const first = { name, user: 'alice', downloads, first_test: at(2), last_test: at(2) };
    assert.deepEqual(await open.reader.net(name), first);
    await open.writer.countDownload(name);
    await open.writer.commit({ ...batch({}), netTests: [...tests(9, 5), ...tests(4)] });
    const last = { ...first, downloads: downloads + 1, last_test: at(9) };
    assert.deepEqual(await open.reader.net(name), last);
    await open.writer.commit({
      ...batch({}),
      netTests: [{ net: 'nn-none.nnue', runId: idOf(1), date: START }],
    });
    assert.equal(await open.reader.net('nn-none.nnue'), undefined);
  });

  test('a net is marked as master’s once it has a test', async () => {
    const name = 'nn-dd23456789ab.nnue';
    const masterNets = [name, 'nn-none.nnue'];
    const isMaster = async () => (await open.reader.net(name))?.is_master;
    await open.writer.commit({ ...batch({ nets: [{ name, user: 'alice', downloads: 0 }] }), masterNets });
    assert.equal(await isMaster(), undefined);
    const netTests = [{ net: name, runId: idOf(2), date: START }];
    await open.writer.commit({ ...batch({}), netTests });
    await open.writer.commit({ ...batch({}), masterNets });
    assert.equal(await isMaster(), true);
    assert.equal(await open.reader.net('nn-none.nnue'), undefined);
  });

  test('key-values keep any JSON value', async () => {
    const values = [null, 0, false, '', [], { __proto__x: 1, deep: [{ null: null }] }, 2 ** 40];
    if (!open.place.lacks?.has('infinity')) values.push(Infinity);
    const keyValues = values.map((value, i) => ({ key: `key${i}`, value }));
    await open.writer.commit(batch({ keyValues }));
    for (const { key, value } of keyValues) assert.deepEqual(await open.reader.keyValue(key), value);
    await open.writer.commit(batch({ keyValues: [{ key: 'key0', value: 'again' }] }));
    assert.equal(await open.reader.keyValue('key0'), 'again');
    assert.equal(await open.reader.keyValue('none'), undefined);
  });

  test('a second PGN of a task replaces the first; a run lists them by task number', async () => {
    const pgn = (task: number, fill: number, size: number) => ({
      run_id: `${idOf(1)}-${task}`,
      pgn_zip: new Uint8Array(size).fill(fill),
      size,
    });
    await open.writer.commit(batch({ pgns: [pgn(10, 1, 300_000), pgn(9, 2, 5), pgn(0, 3, 0)] }));
    await open.writer.commit(batch({ pgns: [pgn(10, 4, 7)] }));
    assert.deepEqual(await open.reader.pgn(idOf(1), 10), pgn(10, 4, 7));
    assert.equal(await open.reader.pgn(idOf(1), 1), undefined);
    if (open.place.lacks?.has('ranges by a descending index')) return;
    assert.deepEqual(await collect(open.reader.pgns(idOf(1))), [pgn(0, 3, 0), pgn(9, 2, 5), pgn(10, 4, 7)]);
    assert.equal(await open.reader.pgnBytes(idOf(1)), 12);
    assert.equal(await open.reader.pgnBytes(idOf(2)), 0);
  });

  test('contributors have CPU hours', async () => {
    await open.writer.commit(batch({ contributors: [{ username: 'alice', cpuHours: 999.5 }] }));
    await open.writer.commit(batch({ contributors: [{ username: 'alice', cpuHours: 1000.25 }] }));
    assert.equal(await open.reader.cpuHours('alice'), 1000.25);
    assert.equal(await open.reader.cpuHours('bob'), undefined);
    assert.equal(await open.reader.hasContributorScript(), false);
  });
}
