/** Users, blocked workers, PGNs, networks and books as they are stored (docs/spec/data-model.md §3, §4, §6, §7, §12). */

import {
  ANY_CHARACTER,
  bytes,
  count,
  documentId,
  hexId,
  instant,
  netName,
  nonNegativeInt,
  refined,
  repoUrl,
  shortWorkerName,
  strict,
  text,
  username,
} from './schema-parts.js';
import { Type } from './typebox.js';

const LONGEST_PASSWORD = 72;
const LONGEST_BLOCK_MESSAGE = 500;

const id = Type.Optional(documentId);

const mailboxWord = "[\\p{L}\\p{N}\\p{M}!#$%&'*+/=?^_`{|}~\\-]+";
const hostLabel = '[\\p{L}\\p{N}]([\\p{L}\\p{N}\\p{M}\\-]{0,61}[\\p{L}\\p{N}\\p{M}])?';
const reservedDomains = 'arpa|invalid|local|localhost|onion|test';
const email = Type.String({
  // The local part has 64 characters at most, the last label ends in a letter and is none of those set aside.
  pattern: `^(?=[^@]{1,64}@)${mailboxWord}(\\.${mailboxWord})*@(${hostLabel}\\.)+(?!(${reservedDomains})$)${hostLabel}(?<=\\p{L})$`,
  maxLength: 254,
  title: 'email',
});

/** The reference's clear text, or a hash: one in PHC form, as earlier versions made them, is longer. */
const password = Type.Union([
  Type.String({ maxLength: LONGEST_PASSWORD }),
  text('\\$scrypt\\$[\\w=,$+/]{1,250}', 'password_hash'),
]);

export const userSchema = strict({
  _id: id,
  username,
  password,
  registration_time: instant,
  pending: Type.Boolean(),
  blocked: Type.Boolean(),
  email,
  groups: Type.Array(Type.String(), { uniqueItems: true }),
  tests_repo: Type.Union([Type.Literal(''), repoUrl]),
  machine_limit: nonNegativeInt,
});

export const workerSchema = strict({
  _id: id,
  worker_name: shortWorkerName,
  blocked: Type.Boolean(),
  message: Type.String({ maxLength: LONGEST_BLOCK_MESSAGE }),
  last_updated: instant,
});

export const pgnSchema = refined(
  strict({
    _id: id,
    run_id: text('[a-f0-9]{24}-(0|[1-9]\\p{Nd}*)', 'run_id_pgns'),
    pgn_zip: refined(bytes, 'gzip_data', (data) => data[0] === 0x1f && data[1] === 0x8b),
    size: nonNegativeInt,
  }),
  'pgn whose size is its number of bytes',
  ({ pgn_zip, size }) => pgn_zip.length === size,
);

const netTest = strict({ id: hexId, date: instant });

export const netSchema = refined(
  strict({
    _id: id,
    name: netName,
    user: username,
    downloads: nonNegativeInt,
    first_test: Type.Optional(netTest),
    last_test: Type.Optional(netTest),
    is_master: Type.Optional(Type.Literal(true)),
  }),
  'net with neither or both tests, the first not after the last, and both when it is a master',
  ({ first_test: first, last_test: last, is_master }) => {
    if (first === undefined && last === undefined) return is_master === undefined;
    return first !== undefined && last !== undefined && first.date <= last.date;
  },
);

/** Half-moves. */
const depth = Type.Union([count, Type.Null()]);

/** All books by file name. */
export const booksSchema = Type.Record(
  Type.String({ pattern: `^${ANY_CHARACTER}*\\.(epd|pgn)$` }),
  refined(
    strict({
      total: nonNegativeInt,
      white: nonNegativeInt,
      black: nonNegativeInt,
      min_depth: depth,
      max_depth: depth,
      sri: text('(sha384-)?[0-9A-Za-z+/]{64}', 'sri'),
    }),
    'book whose total is white plus black',
    ({ total, white, black }) => total === white + black,
  ),
  { additionalProperties: false },
);
