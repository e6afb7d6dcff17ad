/** Layouts of records: no field overlaps another, none leaves its row, and what does not fit is refused. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import { flagBits, layOut } from '../../src/state/record-layout.js';
import { ORDER } from '../../src/state/run-order.js';
import { RUN, RunFlag } from '../../src/state/run-record.js';
import { UndoWord } from '../../src/state/run-undo.js';
import { TASK } from '../../src/state/task-record.js';

const sizes = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.integer({ min: 1, max: 9 }), {
  maxKeys: 12,
});

describe('a layout', () => {
  it('gives each number a place of its own inside of what it says is used', () => {
    fc.assert(
      fc.property(sizes, sizes, (words, floats) => {
        const layout = layOut('thing', { words, floats });
        const taken = [
          ...Object.entries(words).flatMap(([name, size]) => places(layout.word[name]!, size, 1)),
          ...Object.entries(floats).flatMap(([name, size]) => places(layout.float[name]!, size, 2)),
        ];
        assert.equal(new Set(taken).size, taken.length);
        assert.ok(taken.every((word) => word >= 0 && word < layout.used));
        assert.ok(layout.used <= layout.row);
        assert.equal(layout.row % 16, 0);
      }),
    );
  });

  it('refuses fields that outgrow the row, and says how much they take', () => {
    assert.equal(layOut('thing', { words: { a: 2 }, floats: { b: 1 } }, 4).row, 4);
    assert.throws(
      () => layOut('thing', { words: { a: 3 }, floats: { b: 1 } }, 4),
      /a thing take 6 words.*has 4/,
    );
    assert.throws(() => layOut('thing', { words: { a: 1 } }, 3), /even number/);
  });

  it('refuses more flags than a word has bits', () => {
    const names = Array.from({ length: 31 }, (_, i) => `flag${i}`);
    assert.equal(flagBits('thing', names)['flag30'], 1 << 30);
    assert.throws(() => flagBits('thing', [...names, 'one more']), /32 flags/);
  });
});

it('the undo log has room for the images of a run, of its place in the order and of a task', () => {
  assert.equal(UndoWord.taskImage - UndoWord.orderImage, ORDER.used);
  assert.equal(UndoWord.runImage - UndoWord.taskImage, TASK.used);
  assert.ok(RUN.used <= RUN.row);
});

it('every flag of a run is a bit of its own', () => {
  assert.equal(new Set(Object.values(RunFlag)).size, Object.keys(RunFlag).length);
});

function places(offset: number, size: number, width: number): number[] {
  return Array.from({ length: size * width }, (_, i) => offset * width + i);
}

test('the memory map gives the true sizes of records', () => {
  const page = readFileSync(new URL('../../../native-notes/memory-map.md', import.meta.url), 'utf8');
  const sizes = Object.fromEntries(
    [...page.matchAll(/^\| (\S+) \| (\d+) B\b/gm)].map(([, table, bytes]) => [table, Number(bytes)]),
  );
  const bytesOf = (row: number) => row * Int32Array.BYTES_PER_ELEMENT;
  assert.deepEqual(sizes, {
    runs: bytesOf(RUN.row),
    'run-order': bytesOf(ORDER.row),
    tasks: bytesOf(TASK.row),
  });
});
