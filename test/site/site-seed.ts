/** What the store of a test of the pages holds: people of every kind, all with the same good password. */
import type { UserDocument } from '../../src/model/documents.js';
import { emptyBatch } from '../../src/state/collect-batch.js';
import { openStore } from '../../src/store/open-store.js';
import { seed } from '../server/seed.js';

export const PASSWORD = 'tidal-Kelp-forest-91';
export const APPROVERS = ['group:approvers'];

const PEOPLE: Readonly<Record<string, Partial<UserDocument>>> = {
  ann: {},
  bob: {},
  cora: { groups: APPROVERS },
  dan: { groups: APPROVERS },
  pete: { pending: true },
  paula: { pending: true },
  blake: { blocked: true },
};

export const NET = 'nn-0123456789ab.nnue';
/** Books that workers can be given; the second has few openings. */
export const BOOKS = {
  'UHO_Lichess_4852_v1.epd': {
    total: 2_632_036,
    white: 2_632_036,
    black: 0,
    min_depth: 8,
    max_depth: 8,
    sri: 'A'.repeat(64),
  },
  'small.pgn': { total: 500, white: 250, black: 250, min_depth: 8, max_depth: 8, sri: 'B'.repeat(64) },
};

/** Beside the account and the run of `seed`. Passwords are in clear, as a fishtest database has them. */
export async function seedPeople(storeUrl: string): Promise<void> {
  await seed(storeUrl);
  const writer = await openStore(storeUrl).openWriter();
  const users = Object.entries(PEOPLE).map(
    ([username, more]): UserDocument => ({
      username,
      password: PASSWORD,
      registration_time: Date.UTC(2025, 0, 15, 12, 30),
      pending: false,
      blocked: false,
      email: `${username}@example.org`,
      groups: [],
      tests_repo: `https://github.com/${username}/Stockfish`,
      machine_limit: 16,
      ...more,
    }),
  );
  await writer.commit({ ...emptyBatch(), users });
  await writer.close();
}

/** What runs need: books, whose names a store must be able to hold as keys, and a network. */
export async function seedFiles(storeUrl: string): Promise<void> {
  const writer = await openStore(storeUrl).openWriter();
  const nets = [{ name: NET, user: 'ann', downloads: 0 }];
  await writer.commit({ ...emptyBatch(), nets, keyValues: [{ key: 'books', value: BOOKS }] });
  await writer.close();
}
