/** Updates that joined come to what they come to one after the other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BatchOperation } from '../../src/store/mongodb/batch-operations.js';
import { Update } from '../../src/store/mongodb/update.js';

type Tree = { [name: string]: Tree | number };

const name = fc.constantFrom('a', 'b', '0');
const branch = fc.dictionary(name, fc.nat(9));
/** A member keeps its kind: at the third level there are numbers, above them documents. */
const changes = [fc.dictionary(name, branch), branch, fc.nat(9)].map((value, level) =>
  fc.record({
    path: fc.array(name, { minLength: level + 1, maxLength: level + 1 }),
    value: fc.option(value as fc.Arbitrary<unknown>, { nil: undefined }),
  }),
);
/** No update names a member and a part of it. */
const update = fc
  .array(fc.oneof(...changes), { maxLength: 4 })
  .map((all) =>
    all.filter(({ path }, i) => !all.some((other, j) => i !== j && overlaps(path, other.path, i < j))),
  );

function overlaps(path: string[], other: string[], isFirst: boolean): boolean {
  if (path.length === other.length && isFirst) return false;
  return other.length <= path.length && other.every((part, i) => path[i] === part);
}

type Changes = { path: string[]; value: unknown }[];

function updateOf(changes: Changes): Update {
  const made = new Update('runs', 'x');
  for (const { path, value } of changes) made.put(path.join('.'), structuredClone(value));
  return made;
}

/** What MongoDB makes of a document by $set and $unset. */
function apply(document: Tree, { operation }: BatchOperation): Tree {
  const { $set = {}, $unset = {} } = (operation as { updateOne: { update: Record<string, object> } })
    .updateOne.update;
  const result = structuredClone(document);
  for (const [path, value] of Object.entries($set)) change(result, path.split('.'), value);
  for (const path of Object.keys($unset)) change(result, path.split('.'), undefined);
  return result;
}

function change(tree: Tree, [first, ...rest]: string[], value: Tree | number | undefined): void {
  if (rest.length > 0) {
    if (typeof tree[first!] !== 'object') {
      if (value === undefined) return;
      tree[first!] = {};
    }
    change(tree[first!] as Tree, rest, value);
  } else if (value === undefined) delete tree[first!];
  else tree[first!] = structuredClone(value);
}

/** A member that is set and removed again may leave an empty document where there was none. */
function withoutEmpty(tree: Tree): Tree {
  const members = Object.entries(tree).map(([key, member]): [string, Tree | number] => [
    key,
    typeof member === 'number' ? member : withoutEmpty(member),
  ]);
  return Object.fromEntries(
    members.filter(([, member]) => typeof member === 'number' || Object.keys(member).length > 0),
  );
}

test('joined updates do what they did one after the other', () => {
  fc.assert(
    fc.property(fc.array(update, { minLength: 1, maxLength: 6 }), (updates) => {
      const document: Tree = { a: { a: { a: 1, b: 2 }, b: { '0': 3 } }, b: { a: { '0': 1 }, '0': { a: 2 } } };
      const [apart, together] = [updates.map(updateOf), updates.map(updateOf)];
      let expected: Tree = document;
      for (const each of apart) expected = apply(expected, each.operation());
      const [first, ...others] = together;
      for (const each of others) first!.join(each);
      assert.deepEqual(withoutEmpty(apply(document, first!.operation())), withoutEmpty(expected));
    }),
  );
});

test('an update that was stored is the same', () => {
  const made = new Update('shoal_tasks', 'x', true);
  made.put('tasks.3.stats', { wins: 1 });
  made.put('spsa_params', undefined);
  assert.deepEqual(Update.from(made.operation()).operation(), made.operation());
  assert.deepEqual(made.operation().operation, {
    updateOne: {
      filter: { _id: 'x' },
      update: { $set: { 'tasks.3.stats': { wins: 1 } }, $unset: { spsa_params: true } },
      upsert: true,
    },
  });
});
