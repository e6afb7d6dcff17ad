/** Answers of GitHub: kept whole, found together, listed by their last use, removed by key. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GitHubAnswerRecord } from '../../src/model/github-answer.js';
import { batch, START } from './documents.js';
import type { OpenPlace } from './store-place.js';

function record(n: number, parts: Partial<GitHubAnswerRecord> = {}): GitHubAnswerRecord {
  const key = `commit owner/name feature/${n} "é"`;
  return { key, at: START + n, used: START, etag: `W/"${n}"`, answer: new Uint8Array([0, n, 255]), ...parts };
}

export function gitHubTests(open: OpenPlace): void {
  const put = (...records: GitHubAnswerRecord[]) =>
    open.writer.commit(
      batch({ gitHubAnswers: records.map((each) => ({ write: 'put', record: each }) as const) }),
    );
  const found = async (...keys: string[]) => {
    const records = await open.reader.gitHubAnswers(keys);
    return records
      .map((each) => ({ ...each, answer: new Uint8Array(each.answer) }))
      .sort((a, b) => a.at - b.at);
  };

  test('answers of GitHub are replaced by key and found together', async () => {
    const [one, two] = [record(1), record(2, { etag: '' })];
    await put(one, two);
    assert.deepEqual(await found(two.key, 'none', one.key), [one, two]);
    const newer = { ...one, at: START + 9, answer: new Uint8Array(300_000).fill(7) };
    await put(newer);
    assert.deepEqual(await found(one.key), [newer]);
    assert.deepEqual(await found(), []);
    assert.deepEqual(await found('none'), []);
  });

  test('their sizes are listed by their last use, and those that are removed are gone', async () => {
    const used = [3, 5, 4].map((day, i) => record(20 + i, { used: START + day * 86_400_000 }));
    await put(...used);
    const later = START + 6 * 86_400_000;
    await put({ ...used[0]!, used: later });
    const listed = async () =>
      (await open.reader.gitHubAnswerSizes()).filter(({ key }) => used.some((each) => each.key === key));
    assert.deepEqual(await listed(), [
      { key: used[0]!.key, used: later, bytes: 3 },
      { key: used[1]!.key, used: used[1]!.used, bytes: 3 },
      { key: used[2]!.key, used: used[2]!.used, bytes: 3 },
    ]);
    const keys = [used[1]!.key, 'none', used[0]!.key];
    await open.writer.commit(batch({ gitHubAnswers: [{ write: 'remove', keys }] }));
    assert.deepEqual(
      (await listed()).map(({ key }) => key),
      [used[2]!.key],
    );
    assert.deepEqual(await found(...keys), []);
  });
}
