/**
 * What a secondary writes: PGNs, the count of downloads, and what people do on its pages with accounts, sessions and the block
 * list, and what GitHub answered. It holds no lease, and the primary's batches are not touched; what is written twice is as written once.
 */
import type { Db, MongoClient } from 'mongodb';
import type { WriteBatch, Writer } from '../port.js';
import { StoreError } from '../store-error.js';
import { applyOperations } from './batch-operations.js';
import { storeFailure } from './failure.js';
import { checkPgn, writePgn } from './pgn-records.js';
import { addDownloads } from './record-writes.js';
import { answerOperations, recordOperations } from './writer.js';

export class MongodbUploader implements Writer {
  /** It holds no lease. */
  readonly epoch = 0;
  readonly #client: MongoClient;
  readonly #db: Db;
  readonly #name: string;

  /** Owns `client` from here on. */
  constructor(client: MongoClient, db: Db, name: string) {
    this.#client = client;
    this.#db = db;
    this.#name = name;
  }

  async commit(batch: WriteBatch): Promise<void> {
    const { pgns, workers, actions, siteRecords, gitHubAnswers, ...more } = batch;
    const { users, newUsers, userChanges, removedUsers, ...others } = more;
    const refused = Object.entries(others).filter(([, part]) => part.length > 0);
    if (refused.length > 0) {
      const names = refused.map(([name]) => name).join(', ');
      throw new StoreError('batch', `A secondary writes no ${names}: the primary does.`);
    }
    try {
      for (const pgn of pgns) checkPgn(pgn);
      for (const pgn of pgns) await writePgn(this.#db, pgn);
      await applyOperations(this.#db, [...recordOperations(batch), ...answerOperations(batch)]);
    } catch (error) {
      throw storeFailure(`Writing to ${this.#name}`, error);
    }
  }

  async countDownload(net: string, times = 1): Promise<boolean> {
    try {
      return await addDownloads(this.#db, net, times);
    } catch (error) {
      throw storeFailure(`Counting a download of ${net} in ${this.#name}`, error);
    }
  }

  async backup(): Promise<void> {
    throw new StoreError('unsupported', `${this.#name} is a MongoDB: back it up with mongodump.`);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}
