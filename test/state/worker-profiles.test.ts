import '../memory/fixtures/lock-check-on.js';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Region } from '../../src/memory/region.js';
import type { TaskWorkerInfo } from '../../src/model/documents.js';
import { State } from '../../src/state/state.js';
import type { Description } from '../../src/state/worker-profiles.js';
import { workerInfo } from '../protocol/samples.js';

function fresh() {
  const sizes = { runs: 8, tasks: 4096, workers: 64, users: 8, slabBytes: 4 * 1024 * 1024 };
  const state = new State(Region.create(32 * 1024 * 1024), sizes);
  state.threads.join('test', { parks: true });
  return { infos: state.workerProfiles, slab: state.slab };
}

const INFO = {
  ...workerInfo(),
  remote_addr: '127.0.0.1',
  country_code: '?',
} as unknown as TaskWorkerInfo;

/** Some differ in what is their own, some in what is their make's; old ones lack members or have others. */
const anyInfo = fc
  .record({
    unique_key: fc.constantFrom('a', 'b', 'c', '', 'ключ', 'k'.repeat(300)),
    nps: fc.constantFrom(1e6, 1.5e6),
    concurrency: fc.constantFrom(1, 64),
    username: fc.constantFrom('alice', 'josé'),
    lacks: fc.constantFrom(undefined, 'nps', 'worker_arch', 'country_code', 'unique_key'),
    has: fc.constantFrom(undefined, 'ip_of_old', '__proto__', 'rate'),
  })
  .map(({ lacks, has, ...changed }) => {
    const members = Object.entries({ ...INFO, ...changed }).filter(([member]) => member !== lacks);
    if (has !== undefined) members.push([has, 'a value']);
    return Object.fromEntries(members) as unknown as TaskWorkerInfo;
  });

function isSameWorker(kept: Description, told: TaskWorkerInfo): boolean {
  return kept.unique_key === told.unique_key && kept.username === told.username;
}

describe('WorkerInfos', () => {
  it('gives back what was kept, member for member, and keeps equal ones once', () => {
    const step = fc.record({ info: anyInfo, releases: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { infos, slab } = fresh();
        const before = slab.bytesInUse();
        const held: { entry: number; text: string }[] = [];
        for (const { info, releases } of steps) {
          const text = JSON.stringify(Object.entries('nps' in info ? { ...info, nps: 0 } : info));
          const same = held.find((one) => one.text === text);
          const entry = infos.retain(info);
          if (same !== undefined) assert.equal(entry, same.entry);
          held.push({ entry, text });
          for (const one of held) {
            const kept = infos.get(one.entry);
            assert.equal(JSON.stringify(Object.entries(kept)), one.text);
            // A request always has a key.
            if ('unique_key' in info) assert.equal(infos.isOf(one.entry, info), isSameWorker(kept, info));
          }
          for (const one of held.splice(0, releases)) infos.release(one.entry);
          assert.equal(infos.size(), new Set(held.map((one) => one.entry)).size);
          assert.ok(infos.profileCount() <= infos.size());
        }
        for (const { entry } of held) infos.release(entry);
        assert.equal(infos.size(), 0);
        assert.equal(infos.profileCount(), 0);
        assert.equal(slab.bytesInUse(), before);
      }),
      { numRuns: 60 },
    );
  });

  it('workers of one make share it', () => {
    const { infos } = fresh();
    for (let i = 0; i < 100; i++) infos.retain({ ...INFO, unique_key: `${i}`, nps: i });
    assert.equal(infos.size(), 100);
    assert.equal(infos.profileCount(), 1);
  });

  it('a worker of which only the speed differs is the same', () => {
    const { infos } = fresh();
    const entry = infos.retain({ ...INFO, nps: 1 });
    assert.equal(infos.retain({ ...INFO, nps: 2 }), entry);
    assert.ok(infos.matches(entry, { ...workerInfo(), nps: 3 } as never, '?'));
    const { nps: _nps, ...old } = INFO;
    assert.notEqual(infos.retain(old as TaskWorkerInfo), entry);
    assert.equal(infos.references(entry), 2);
  });

  it('does not mistake an entry that took the place of another', () => {
    const { infos } = fresh();
    const first = infos.retain(INFO);
    infos.release(first);
    let others = 0;
    while (infos.retain({ ...INFO, unique_key: `${others}` }) !== first) assert.ok(++others < 4000);
    const again = infos.retain(INFO);
    assert.notEqual(again, first);
    assert.equal(infos.get(again).unique_key, INFO.unique_key);
  });
});
