/** One spelling for each address, and what is no address is none. */
import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { it } from 'node:test';
import fc from 'fast-check';
import { AddressSet, parseAddress } from '../../src/config/network-address.js';

it('an address has one spelling, however it was told', () => {
  for (const [told, address] of [
    ['203.0.113.7', '203.0.113.7'],
    [' 203.0.113.7 ', '203.0.113.7'],
    ['203.0.113.7:4711', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['[::ffff:203.0.113.7]:4711', '203.0.113.7'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:4711', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0]:80', 'fe80::1'],
    ['::1', '::1'],
    ['::ffff:0:1.2.3.4', '::ffff:0:102:304'],
  ] as const) {
    assert.equal(parseAddress(told), address, told);
  }
});

it('what is no address is none', () => {
  const long = '2001:db8::1%'.padEnd(4000, 'x');
  const others = [
    '',
    'unknown',
    '_hidden',
    '203.0.113.7;x',
    '203.0.113',
    '1.2.3.256',
    '010.0.0.1',
    '[1.2.3.4]',
    '[::1',
    '::1]',
    long,
  ];
  for (const told of [...others, '1.2.3.4:', '1.2.3.4:x', '::1::2', '"::1"', '1.2.3.4/8']) {
    assert.equal(parseAddress(told), undefined, told);
  }
});

it('any text is no address, or its one spelling', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.ipV4(),
    fc.ipV6(),
    fc.ipV6().map((address) => `[${address.toUpperCase()}]:1`),
    fc.ipV4().map((address) => `::ffff:${address}`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const address = parseAddress(text);
      if (isIP(text) !== 0) assert.notEqual(address, undefined);
      if (address === undefined) return;
      assert.notEqual(isIP(address), 0);
      assert.equal(parseAddress(address), address);
    }),
  );
});

it('a set holds single addresses and ranges, in whichever spelling they were given', () => {
  const set = new AddressSet('127.0.0.1, 10.1.2.3/8,::ffff:192.0.2.0/120, 2001:DB8::/32,::1,');
  for (const address of ['127.0.0.1', '10.255.0.1', '192.0.2.200', '2001:db8:1::1', '::1']) {
    assert.ok(set.has(address), address);
  }
  for (const address of ['127.0.0.2', '11.0.0.1', '192.0.3.1', '2001:db9::1', '::2', '::']) {
    assert.ok(!set.has(address), address);
  }
  assert.ok(new AddressSet('0.0.0.0/0').has('203.0.113.7'));
  assert.ok(!new AddressSet('0.0.0.0/0').has('2001:db8::1'));
  assert.throws(() => new AddressSet('127.0.0.1,10.0.0.0/33'), /"10\.0\.0\.0\/33"/);
  assert.throws(() => new AddressSet('::ffff:10.0.0.0/8'), RangeError);
});
