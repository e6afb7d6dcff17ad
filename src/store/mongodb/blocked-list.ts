/** The list of blocked workers, along the index of changes. */
import type { Collection, Db, Document, Filter } from 'mongodb';
import type { UserDocument, WorkerDocument } from '../../model/documents.js';
import { type BlockedQuery, type BlockedWorker, type Found, MOST_BLOCKED } from '../queries.js';
import { ownerOfWorker, sortedPage } from '../sorted-page.js';
import { usableUser, usableWorker } from '../usable-records.js';
import { decodeDocument } from './bson-values.js';

export class BlockedReads {
  readonly #workers: Collection;
  readonly #users: Collection;

  constructor(db: Db) {
    this.#workers = db.collection('workers');
    this.#users = db.collection('users');
  }

  async find(query: BlockedQuery): Promise<Found<BlockedWorker>> {
    const filter = filterOf(query);
    const count = await this.#workers.countDocuments(filter, { limit: MOST_BLOCKED + 1 });
    const total = Math.min(count, MOST_BLOCKED);
    const items =
      query.sort === 'changed' ? await this.#page(filter, query, total) : await this.#sorted(filter, query);
    return { items, total, isCut: count > total };
  }

  async #page(filter: Filter<Document>, { order, skip, limit }: BlockedQuery, total: number) {
    const size = Math.min(total, skip + limit) - skip;
    // The server takes 0 for no limit.
    if (size <= 0) return [];
    const way = order === 'asc' ? 1 : -1;
    return await this.#read(filter, { last_updated: way, worker_name: way }, size, skip);
  }

  async #sorted(filter: Filter<Document>, query: BlockedQuery): Promise<BlockedWorker[]> {
    const all = await this.#read(filter, { last_updated: -1, worker_name: -1 }, MOST_BLOCKED, 0);
    const nameOf = ({ worker_name: name }: BlockedWorker) => name;
    const keyOf =
      query.sort === 'email'
        ? ({ email }: BlockedWorker) => email ?? ''
        : (worker: BlockedWorker) => nameOf(worker).toLowerCase();
    return sortedPage(all, query, keyOf, nameOf);
  }

  async #read(
    filter: Filter<Document>,
    sort: Readonly<Record<string, 1 | -1>>,
    limit: number,
    skip: number,
  ): Promise<BlockedWorker[]> {
    const found = this.#workers
      .find(filter, { projection: { _id: 0 } })
      .sort(sort)
      .skip(skip)
      .limit(limit);
    const workers = (await found.toArray()).map((worker) =>
      usableWorker(decodeDocument<WorkerDocument>(worker)),
    );
    const owners = [...new Set(workers.map(({ worker_name: name }) => ownerOfWorker(name)))];
    const fields = { projection: { _id: 0, username: 1, email: 1 } };
    const users = await this.#users.find({ username: { $in: owners } }, fields).toArray();
    const emails = new Map(
      users.map((user) => [user['username'], usableUser(user as unknown as UserDocument).email]),
    );
    return workers.map((worker) => {
      const email = emails.get(ownerOfWorker(worker.worker_name));
      return { ...worker, ...(email !== undefined && { email }) };
    });
  }
}

function filterOf({ since, before, text }: BlockedQuery): Filter<Document> {
  const letters = text?.replaceAll(/[^A-Za-z0-9]/g, '\\$&');
  return {
    blocked: true,
    ...((since !== undefined || before !== undefined) && {
      last_updated: {
        ...(since !== undefined && { $gte: new Date(since) }),
        ...(before !== undefined && { $lt: new Date(before) }),
      },
    }),
    ...(letters !== undefined && letters !== '' && { worker_name: { $regex: letters, $options: 'i' } }),
  };
}
