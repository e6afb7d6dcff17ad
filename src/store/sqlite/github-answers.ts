/** Answers of GitHub that are kept. */
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { GitHubAnswerRecord, GitHubAnswerSize, GitHubAnswerWrite } from '../../model/github-answer.js';

export class GitHubAnswerReads {
  readonly #one: StatementSyncInstance;
  readonly #sizes: StatementSyncInstance;

  constructor(db: DatabaseSyncInstance) {
    this.#one = db.prepare('SELECT key, at, used, etag, answer FROM github_answers WHERE key = ?');
    this.#sizes = db.prepare('SELECT key, used, bytes FROM github_answers ORDER BY used DESC, key DESC');
  }

  some(keys: readonly string[]): GitHubAnswerRecord[] {
    return keys.flatMap((key) => (this.#one.get(key) as GitHubAnswerRecord | undefined) ?? []);
  }

  sizes(): GitHubAnswerSize[] {
    return (this.#sizes.all() as GitHubAnswerSize[]).map((size) => ({ ...size }));
  }
}

export class GitHubAnswerWrites {
  readonly #put: StatementSyncInstance;
  readonly #remove: StatementSyncInstance;

  constructor(db: DatabaseSyncInstance) {
    this.#put = db.prepare(
      'INSERT OR REPLACE INTO github_answers (key, at, used, etag, bytes, answer) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#remove = db.prepare('DELETE FROM github_answers WHERE key = ?');
  }

  apply(write: GitHubAnswerWrite): void {
    if (write.write === 'put') {
      const { key, at, used, etag, answer } = write.record;
      this.#put.run(key, at, used, etag, answer.length, answer);
    } else for (const key of write.keys) this.#remove.run(key);
  }
}
