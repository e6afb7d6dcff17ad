import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare } from '../../bench/micro/compare.js';
import { measureMicro } from '../../bench/micro/micro.js';

test('every micro benchmark measures each of its pieces, beside another one', async () => {
  const figures = await measureMicro({ rounds: 1, ms: 2 });
  for (const { work, subject, median } of figures) {
    assert.ok(Number.isFinite(median) && median > 0, `${work}, ${subject}: ${median} ns`);
  }
  const works = new Set(figures.map(({ work }) => work));
  assert.ok(works.size >= 15);
  for (const work of works) {
    assert.ok(figures.filter((figure) => figure.work === work).length >= 2, `${work} stands alone`);
  }
});

test('a piece that throws fails the benchmark by name', async () => {
  const pieces = {
    breaks: () => {
      throw new Error('no such record');
    },
  };
  await assert.rejects(compare('reading', pieces, { rounds: 1, ms: 1 }), /no such record/);
});
