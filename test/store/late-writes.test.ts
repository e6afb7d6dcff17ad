/**
 * A writer whose bytes the network holds back until another one has taken the database over, and then delivers: what it acknowledges
 * is kept, and what arrives late changes nothing.
 */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { Writer } from '../../src/store/port.js';
import { CutProxy } from '../chaos/cut-proxy.js';
import { batch, change, liveOf, user } from './documents.js';
import { type MongodbPlace, withoutMongodb } from './mongodb-place.js';
import {
  begin,
  closeOpened,
  commitWins,
  forsake,
  head,
  logged,
  NEVER_MS,
  open,
  opened,
  openPlace,
  stored,
  storedWins,
  until,
} from './one-run.js';

/** Whether the chunk is a write to the collection. */
const writesTo = (collection: string) => (chunk: Buffer) =>
  ['insert', 'update', 'delete'].some((command) => {
    const length = String.fromCharCode(collection.length + 1);
    return chunk.includes(`\x02${command}\0${length}\0\0\0${collection}\0`, 0, 'latin1');
  });

/** `acknowledged`, or the code of the refusal. */
const outcome = (commit: Promise<void>) =>
  commit.then(
    () => 'acknowledged',
    (error: { code?: string }) => error.code,
  );

describe('a write that arrives after another writer took over', {
  skip: withoutMongodb,
  timeout: 300_000,
}, () => {
  afterEach(closeOpened);

  async function openHeld(delayMs: number, isShared = false) {
    const place = await openPlace();
    const { proxy, url } = await CutProxy.open(place.url);
    opened.push(() => proxy.close());
    const lost = await open(place, delayMs, url, { isShared });
    await begin(lost);
    return { place, proxy, lost };
  }

  async function takeOver(place: MongodbPlace, isShared = false): Promise<Writer> {
    await forsake(place);
    return await open(place, 0, place.url, { isShared });
  }

  it('is not acknowledged when it is the log of a group', async () => {
    const { place, proxy, lost } = await openHeld(NEVER_MS);
    await commitWins(lost, 1);
    const held = proxy.hold(writesTo('shoal_updates'));
    const late = outcome(commitWins(lost, 2));
    await held;
    const next = await takeOver(place);
    assert.equal(await storedWins(place), 1);
    proxy.letGo();
    assert.equal(await late, 'in-use');
    await commitWins(next, 3);
    assert.equal(await storedWins(place), 3);
    await next.close();
    await open(place, 0);
    assert.equal(await storedWins(place), 3);
    assert.equal(await logged(place), 0);
  });

  it('changes no document of a run that goes on', async () => {
    const { place, proxy, lost } = await openHeld(NEVER_MS, true);
    await commitWins(lost, 1);
    const held = proxy.hold(writesTo('runs'));
    // A group that writes its documents at once: it is durable before that.
    const late = outcome(lost.commit(batch({ runs: [change(head._id, { live: finished })] })));
    await held;
    const next = await takeOver(place, true);
    assert.equal((await stored(place))?.['finished'], true);
    assert.equal('shoal_epoch' in (await stored(place))!, false);
    await next.commit(batch({ runs: [change(head._id, { live: liveOf(head, { finished: false }) })] }));
    await commitWins(next, 4);
    assert.equal(await storedWins(place), 4);
    proxy.letGo();
    assert.equal(await late, 'in-use');
    assert.equal((await stored(place))?.['finished'], false);
    assert.equal(await storedWins(place), 4);
    await next.close();
    assert.equal('shoal_epoch' in (await stored(place))!, false);
  });

  it('changes no record, and adds no run twice', async () => {
    const { place, proxy, lost } = await openHeld(NEVER_MS);
    const named = (email: string) => batch({ users: [{ ...user('ada'), email }] });
    await lost.commit(named('first@example.org'));
    const held = proxy.hold(writesTo('users'));
    const late = outcome(lost.commit(named('second@example.org')));
    await held;
    const next = await takeOver(place);
    const email = async () => (await place.db.collection('users').findOne({ username: 'ada' }))?.['email'];
    // It was logged in time, so the taker has done it.
    assert.equal(await email(), 'second@example.org');
    await next.commit(named('third@example.org'));
    proxy.letGo();
    assert.equal(await late, 'in-use');
    assert.equal(await email(), 'third@example.org');
  });

  it('is not even sent when it is logged too late', async () => {
    const { place, proxy, lost } = await openHeld(NEVER_MS);
    const held = proxy.hold(writesTo('shoal'));
    const late = outcome(lost.commit(batch({ users: [user('ada')] })));
    await held;
    await takeOver(place);
    proxy.letGo();
    assert.equal(await late, 'in-use');
    assert.equal(await place.db.collection('users').countDocuments(), 0);
  });

  it('does not remove what the next writer has logged', async () => {
    const { place, proxy, lost } = await openHeld(NEVER_MS);
    await commitWins(lost, 1);
    await forsake(place);
    // A taker that is held while it empties the log that it has replayed.
    const held = proxy.hold((chunk) => chunk.includes('\x02delete\0\x0e\0\0\0shoal_updates\0', 0, 'latin1'));
    const url = new URL(place.url);
    url.port = `${proxy.port}`;
    const slow = open(place, NEVER_MS, url.href).catch((error: { code?: string }) => error.code);
    await held;
    await forsake(place);
    const next = await open(place, NEVER_MS);
    await commitWins(next, 2);
    assert.equal(await logged(place), 1);
    proxy.letGo();
    assert.equal(await slow, 'in-use');
    await until(async () => (await logged(place)) === 1);
    await forsake(place);
    await open(place, 0);
    assert.equal(await storedWins(place), 2);
  });
});

const finished = liveOf(head, { finished: true });
