/** What documents lack reaches them in order, whatever is taken out, put back and asked for in between. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PendingUpdates } from '../../src/store/mongodb/pending-updates.js';
import { Update } from '../../src/store/mongodb/update.js';

const document = fc.constantFrom('one', 'two', 'three');
const members = fc.uniqueArray(fc.constantFrom('a', 'b.c', 'b.d'), { minLength: 1 });
const step = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), document, members }),
  fc.record({ kind: fc.constant('make due' as const), documents: fc.option(fc.uniqueArray(document)) }),
  fc.record({
    kind: fc.constant('write' as const),
    most: fc.integer({ min: 1, max: 4 }),
    documents: fc.option(fc.uniqueArray(document)),
    fails: fc.boolean(),
  }),
);

/** The documents, each by its members, and the number of the latest update that each member has. */
class Written {
  readonly #numbers = new Map<string, number>();

  write(updates: readonly Update[]): void {
    for (const update of updates) {
      const { operation } = update.operation();
      const { $set } = (operation as { updateOne: { update: { $set: Record<string, number> } } }).updateOne
        .update;
      for (const [path, number] of Object.entries($set)) {
        const name = `${update.key}.${path}`;
        assert.ok(number > (this.#numbers.get(name) ?? -1), `${name}: ${number} came after what is newer`);
        this.#numbers.set(name, number);
      }
    }
  }

  get all(): ReadonlyMap<string, number> {
    return new Map([...this.#numbers].sort());
  }
}

test('no member is written twice, or after what is newer, and none is left out', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const pending = new PendingUpdates();
      const [written, expected] = [new Written(), new Written()];
      for (const [number, each] of steps.entries()) {
        if (each.kind === 'add') {
          const [update, same] = [1, 2].map(() => {
            const made = new Update('runs', each.document);
            for (const path of each.members) made.put(path, number);
            return made;
          });
          pending.add(update!);
          expected.write([same!]);
        } else if (each.kind === 'make due') {
          pending.startFlush(each.documents?.map((id) => `runs/${id}`));
        } else {
          const taken = pending.take(
            each.most,
            each.documents?.map((id) => `runs/${id}`),
          );
          const size = taken.reduce((sum, update) => sum + update.size, 0);
          assert.ok(size <= each.most, `${size} members`);
          if (each.fails) pending.putBack(taken);
          else written.write(taken);
        }
      }
      // What is left: first what was due, then what is newer.
      written.write(pending.take(100));
      pending.startFlush();
      written.write(pending.take(100));
      assert.deepEqual(written.all, expected.all);
      pending.startFlush();
      assert.deepEqual(pending.take(100), []);
    }),
  );
});
