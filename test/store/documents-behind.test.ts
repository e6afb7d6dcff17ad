/** How far documents are behind is told by what is still to be written, before the oldest entry of the log is old. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Checkpointer, type CheckpointParts } from '../../src/store/mongodb/checkpointer.js';
import { MEMBERS_A_REQUEST, Update } from '../../src/store/mongodb/update.js';

const REQUEST_MS = 100;
const REQUESTS = 30;
const SHORT_MS = 300;

interface Database {
  /** How long a request takes. */
  readonly requestMs: number;
  /** And how much longer for each member that it sets by itself. */
  readonly memberMs?: number;
  /** What is read of the document; null: it cannot be written whole. */
  readonly document: object | null;
  readonly onRequest?: () => void;
}

/** A database that takes so long for a request is not to be had; all else is as on one. */
class SlowDatabase {
  /** Requests that set members, and that write a document whole. */
  setting = 0;
  replacing = 0;
  removed = 0;
  readonly #is: Database;
  #held: Promise<void> | undefined;
  readonly checkpoints: Checkpointer;

  constructor(is: Database) {
    this.#is = is;
    this.checkpoints = new Checkpointer({
      stamp: { write: (updates: Update[]) => this.#take('setting', updates), filterOf: () => ({}) },
      db: {
        collection: () => ({
          findOne: async () => structuredClone(is.document),
          replaceOne: async () => {
            await this.#take('replacing');
            return { matchedCount: 1 };
          },
        }),
      },
      lease: { confirmIfOld: async () => {} },
      batches: { settle: async () => {} },
      log: {
        remove: async () => {
          this.removed++;
        },
      },
      delayMs: 0,
    } as unknown as CheckpointParts);
  }

  /** Requests wait for this, too. */
  hold(until: Promise<void>): void {
    this.#held = until;
  }

  async #take(kind: 'setting' | 'replacing', updates: readonly Update[] = []): Promise<void> {
    const members = updates.reduce((sum, { size }) => sum + size, 0);
    await sleep(this.#is.requestMs + members * (this.#is.memberMs ?? 0));
    await this.#held;
    this[kind]++;
    this.#is.onRequest?.();
  }
}

function longUpdate(): Update {
  const update = new Update('runs', 'one');
  for (let i = 0; i < REQUESTS * MEMBERS_A_REQUEST; i++) update.put(`member${i}`, i);
  return update;
}

test('a slow database is behind by the time that all that is pending takes, and gets it in longer requests', async () => {
  let isEnough = () => {};
  const some = new Promise<void>((resolve) => {
    isEnough = resolve;
  });
  const database = new SlowDatabase({
    requestMs: REQUEST_MS,
    document: null,
    onRequest: () => isEnough(),
  });
  const { checkpoints } = database;
  assert.equal(checkpoints.behindMs(), 0);
  checkpoints.defer([longUpdate()], ['entry']);
  await some;
  await sleep(1);
  const behindMs = checkpoints.behindMs();
  assert.ok(behindMs >= (REQUESTS / 4) * REQUEST_MS, `${behindMs} ms`);
  await checkpoints.close(60_000);
  assert.equal(checkpoints.behindMs(), 0);
  assert.ok(database.setting < REQUESTS, `${database.setting} requests`);
});

test('how long a few members took says nothing of many', async () => {
  const database = new SlowDatabase({ requestMs: REQUEST_MS, document: null });
  const { checkpoints } = database;
  const short = new Update('runs', 'one');
  short.put('member0', 0);
  checkpoints.defer([short], ['first']);
  await until(() => database.removed === 1);
  checkpoints.defer([longUpdate()], ['second']);
  const behindMs = checkpoints.behindMs();
  assert.ok(behindMs < (REQUESTS * MEMBERS_A_REQUEST * REQUEST_MS) / 10, `${behindMs} ms`);
  await checkpoints.close(60_000);
});

test('a burst counts before any request has told how fast the database is', async () => {
  const database = new SlowDatabase({ requestMs: REQUEST_MS, document: null });
  const { checkpoints } = database;
  checkpoints.defer([longUpdate()], ['entry']);
  const behindMs = checkpoints.behindMs();
  assert.equal(database.setting, 0);
  assert.ok(behindMs > 5_000, `${behindMs} ms`);
  await checkpoints.close(60_000);
});

test('the first request tells that the database is slow before it ends', async () => {
  const database = new SlowDatabase({ requestMs: 1, document: null });
  const { checkpoints } = database;
  let goOn = () => {};
  database.hold(
    new Promise((resolve) => {
      goOn = resolve;
    }),
  );
  checkpoints.defer([longUpdate()], ['entry']);
  const guessedMs = checkpoints.behindMs();
  await until(() => checkpoints.behindMs() > 2 * guessedMs);
  goOn();
  await until(() => database.removed === 1);
  await checkpoints.close(60_000);
});

test('of many documents that change a little, each is written whole once their members take longer', async () => {
  const database = new SlowDatabase({ requestMs: 5, memberMs: 3, document: {} });
  const updates = Array.from({ length: 8 }, (_, i) => {
    const update = new Update('runs', `run ${i}`);
    for (let member = 0; member < MEMBERS_A_REQUEST; member++) update.put(`member${member}`, member);
    return update;
  });
  database.checkpoints.defer(updates, ['entry']);
  await until(() => database.removed === 1);
  assert.ok(database.replacing >= updates.length / 2, `${database.replacing} written whole`);
});

test('of a document of which much is pending on a slow database the whole is written, once', async () => {
  const database = new SlowDatabase({ requestMs: REQUEST_MS, document: {} });
  database.checkpoints.defer([longUpdate()], ['entry']);
  await until(() => database.removed === 1);
  assert.equal(database.replacing, 1);
  assert.ok(database.setting < REQUESTS / 2, `${database.setting} requests`);
});

test('when the time to stop is over no request more is sent, and what is left is told', async () => {
  const database = new SlowDatabase({ requestMs: SHORT_MS, document: null });
  const { checkpoints } = database;
  checkpoints.defer([longUpdate()], ['entry']);
  await until(() => database.setting > 0);
  await assert.rejects(checkpoints.close(0), { code: 'unclean' });
  const sent = database.setting;
  await sleep(2 * SHORT_MS);
  assert.ok(sent <= 2 && database.setting === sent, `${sent}, then ${database.setting}`);
  assert.equal(database.removed, 0);
});

async function until(condition: () => boolean): Promise<void> {
  for (const began = performance.now(); !condition(); await sleep(5))
    assert.ok(performance.now() - began < 60_000);
}
