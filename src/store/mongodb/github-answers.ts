/** Answers of GitHub that are kept, in a collection of Shoal's own. */
import { Binary, type Db } from 'mongodb';
import type { GitHubAnswerRecord, GitHubAnswerSize, GitHubAnswerWrite } from '../../model/github-answer.js';
import type { BatchOperation } from './batch-operations.js';
import { encodeValue } from './bson-values.js';

export const GITHUB_ANSWERS = 'shoal_github_answers';

interface Stored {
  _id: string;
  at: number;
  used: number;
  etag: string;
  bytes: number;
  answer: Binary;
}

export class GitHubAnswerReads {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async some(keys: readonly string[]): Promise<GitHubAnswerRecord[]> {
    const found = this.#db.collection<Stored>(GITHUB_ANSWERS).find({ _id: { $in: [...keys] } });
    return (await found.toArray()).map(({ _id: key, at, used, etag, answer }) => ({
      key,
      at: Number(at),
      used: Number(used),
      etag,
      answer: answer.value(),
    }));
  }

  async sizes(): Promise<GitHubAnswerSize[]> {
    const found = this.#db
      .collection<Stored>(GITHUB_ANSWERS)
      .find({}, { projection: { used: 1, bytes: 1 } })
      .sort({ used: -1, _id: -1 });
    const sizes = await found.toArray();
    return sizes.map(({ _id: key, used, bytes }) => ({ key, used: Number(used), bytes: Number(bytes) }));
  }
}

/** Puts the whole record, so that it never misses: the fence counts that as a record changed by somebody else. */
export function writeGitHubAnswer(write: GitHubAnswerWrite): BatchOperation {
  const collection = GITHUB_ANSWERS;
  if (write.write === 'remove') {
    const filter = { _id: { $in: [...write.keys] } } as object;
    return { collection, operation: { deleteMany: { filter } } };
  }
  const { key, at, used, etag, answer } = write.record;
  const replacement = {
    at: encodeValue(at),
    used: encodeValue(used),
    etag,
    bytes: answer.length,
    answer: new Binary(answer),
  };
  const filter = { _id: key } as object;
  return { collection, operation: { replaceOne: { filter, replacement, upsert: true } } };
}
