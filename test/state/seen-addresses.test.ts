/** Where from passwords were right, in memory and as text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOf } from '../../src/config/network-address.js';
import { Region } from '../../src/memory/region.js';
import { SeenAddresses } from '../../src/state/seen-addresses.js';

const table = () => new SeenAddresses(Region.create(4 * 1024 * 1024));

test('pairs of account and address are known one by one, and after a restart', () => {
  const seen = table();
  seen.add('joe', '203.0.113.5');
  seen.add('joe', '2001:db8::1');
  assert.equal(seen.takeChange(), true);
  seen.add('joe', '203.0.113.5');
  assert.equal(seen.takeChange(), false, 'nothing new');
  const again = table();
  again.import(seen.export());
  for (const { has } of [seen, again].map((each) => ({ has: each.has.bind(each) }))) {
    assert.ok(has('joe', '203.0.113.5'));
    assert.ok(has('joe', '2001:db8::ffff:1'), 'the same /64');
    assert.ok(!has('joe', '203.0.113.6'));
    assert.ok(!has('ann', '203.0.113.5'));
  }
  for (const broken of ['', '!', 'AAAA', '[object Object]']) again.import(broken);
  assert.ok(again.has('joe', '203.0.113.5'));
});

test('a full table keeps most of what came last, and never grows', () => {
  const seen = table();
  const most = 65_536;
  for (let i = 0; i < 2 * most; i++) seen.add(`user${i}`, '203.0.113.5');
  let known = 0;
  for (let i = 2 * most - 1000; i < 2 * most; i++) known += Number(seen.has(`user${i}`, '203.0.113.5'));
  assert.ok(known > 900, `${known} of the last 1000`);
  assert.ok(seen.export().length <= (most * 8 * 4) / 3 + 4);
});

test('an IPv6 address stands for its /64', () => {
  for (const [address, network] of [
    ['203.0.113.5', '203.0.113.5'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::', 'fe80:0:0:0::/64'],
    ['2001:db8:1:2:3:4:5::', '2001:db8:1:2::/64'],
  ] as const) {
    assert.equal(networkOf(address), network, address);
  }
});
