/** The inputs of a seed: the n-th is always the same. Well-formed HTTP with any body, read requests, and broken HTTP. */
import { gzipSync } from 'node:zlib';
import { checkAccess, checkRequest, parseBody } from '../../src/protocol/request.js';
import { workerRequestSchema } from '../../src/protocol/request-schema.js';
import { WORKER_ENDPOINTS } from '../../src/protocol/worker-endpoints.js';
import { Random } from '../../src/swarm/seeded-random.js';
import { RUN_ID, workerInfo } from '../server/seed.js';
import { makeAdminRequest } from './admin-inputs.js';
import { mutate, placesOf, print } from './schema-mutations.js';
import type { SiteInput } from './site-inputs.js';

export type Input =
  /**
   * A whole request on a connection that stays open. `refused`: the schemas say no, so the answer must too. `pieces`: it
   * drips, a piece at a time, which must not change the answer.
   */
  | { kind: 'request'; bytes: Buffer; path: string; isHead: boolean; refused: boolean; pieces?: number }
  /** The same for the admin listener. */
  | { kind: 'admin'; bytes: Buffer; path: string; isHead: boolean; refused: boolean }
  | SiteInput
  /** Bytes in pieces on a connection of their own, which is then left. */
  | { kind: 'raw'; pieces: Buffer[] };

export const SPRT_RUN_ID = '1'.repeat(24);
export const SPSA_RUN_ID = '2'.repeat(24);
export const RUN_IDS: readonly string[] = [RUN_ID, SPRT_RUN_ID, SPSA_RUN_ID];

const WORKER_PATHS = WORKER_ENDPOINTS.map((name) => `/api/${name}`);
const READ_PATHS = [
  'active_runs',
  'finished_runs',
  'calc_elo',
  'get_run/ID',
  'get_elo/ID',
  'get_task/ID/0',
].concat(['pgn/ID-0', 'run_pgns/ID', 'nn/nn-0123456789ab.nnue', 'actions', 'nope']);
const IDS = [
  ...RUN_IDS,
  RUN_ID.toUpperCase(),
  'x',
  '%00',
  '..%2f..',
  '%',
  '%ff%fe',
  '0'.repeat(24),
  '-1',
  'a'.repeat(2000),
];
const QUERIES = [
  '',
  '?',
  '?page=-1',
  '?page=1e9',
  '?page=NaN',
  '?username=%ff',
  '?limit=99999999999',
  '?W=1&D=2&L=3',
].concat(['?elo0=NaN&elo1=1', '?W=1e400&D=1&L=1', '?__proto__=1', `?${'a=1&'.repeat(300)}`, '?%']);
const PLACES = placesOf(workerRequestSchema);
const ENCODER = 'utf8';
/** The share of worker requests that drip: each takes up to a second of one connection. */
const SLOW = 0.004;

/** Of the draws of one input. */
export function seedOf(seed: number, index: number): number {
  return seed * 0x1_0000 + index;
}

/** @param adminToken differs from server to server; all else depends on seed and number alone */
export function makeInput(seed: number, index: number, adminToken: string): Input {
  const random = new Random(seedOf(seed, index));
  for (let i = 0; i < 4; i++) random.uint32();
  const kind = random.unit();
  if (kind < 0.8) return makeWorkerRequest(random);
  if (kind < 0.9) return makeReadRequest(random);
  if (kind < 0.97) return { kind: 'admin', isHead: false, ...makeAdminRequest(random, adminToken) };
  return { kind: 'raw', pieces: makeRaw(random) };
}

/** A request of a worker that exists, changed in none, one or two places, or in its bytes. */
function makeWorkerRequest(random: Random): Input {
  const path = random.pick(WORKER_PATHS);
  const body = makeBody(path, random);
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${headers(random)}Content-Length: ${body.length}\r\n\r\n`;
  const refused = isRefused(path, body);
  const bytes = Buffer.concat([Buffer.from(head), body]);
  const pieces = random.chance(SLOW) ? random.pick([2, 5, 40]) : 1;
  return { kind: 'request', bytes, path, isHead: false, refused, pieces };
}

function makeBody(path: string, random: Random): Buffer {
  const key = `f${random.pick(['0000001', '0000002', '0000003'])}`;
  const request: Record<string, unknown> = { password: 'secret', worker_info: workerInfo(key) };
  if (path !== '/api/request_version' && path !== '/api/request_task') {
    request['run_id'] = random.pick(RUN_IDS);
    request['task_id'] = random.pick([0, 0, 1, 7, 2_147_483_647]);
  }
  if (random.chance(0.3)) request['message'] = random.pick(['hello', 'x'.repeat(9000), '\u202e', '<script>']);
  if (path === '/api/update_task' || random.chance(0.1)) request['stats'] = makeStats(random);
  if (path === '/api/upload_pgn') request['pgn'] = makePgn(random);
  if (random.chance(0.4)) request['spsa'] = { wins: 1, losses: 1, draws: 0, num_games: 2, sig: 0 };
  // A wrong password costs the server a slow hash by design, so it is tried seldom.
  if (random.chance(0.0005)) request['password'] = 'wrong';
  const mutations = random.pick([0, 1, 1, 1, 2]);
  for (let i = 0; i < mutations; i++) mutate(request, PLACES, random);
  const bytes = Buffer.from(print(request), ENCODER);
  return random.chance(0.1) ? spoil(bytes, random) : bytes;
}

function makeStats(random: Random): object {
  const pairs = random.pick([0, 1, 4, 100, 500_000_000]);
  const stats = { wins: 0, losses: 0, draws: 2 * pairs, crashes: 0, time_losses: 0 };
  return { ...stats, pentanomial: [0, 0, pairs, 0, 0] };
}

function makePgn(random: Random): string {
  const games = gzipSync(Buffer.from('1. e4 e5 '.repeat(random.pick([1, 50])))).toString('base64');
  return random.pick([games, games.slice(1), '', '====', 'H4sI', `${games}é`, games.replaceAll('A', '\n')]);
}

/** Bytes gone wrong: cut, flipped, repeated, wrapped. */
function spoil(bytes: Buffer, random: Random): Buffer {
  const at = Math.floor(random.unit() * bytes.length);
  const flipped = Buffer.from(bytes);
  flipped[at] = random.uint32() & 0xff;
  return random.pick([
    bytes.subarray(0, at),
    flipped,
    Buffer.concat([bytes, bytes]),
    Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
    Buffer.from(bytes.toString(ENCODER), 'utf16le'),
    gzipSync(bytes),
    Buffer.from('['.repeat(random.pick([10, 5000]))),
    Buffer.from(`[${bytes}]`),
    Buffer.alloc(0),
  ]);
}

/** What the schemas, which both sides share, say of the body. */
function isRefused(path: string, bytes: Buffer): boolean {
  try {
    const body = parseBody(bytes);
    if (checkAccess(body) !== undefined) return true;
    return path !== '/api/request_version' && checkRequest(body) !== undefined;
  } catch {
    return true;
  }
}

function headers(random: Random): string {
  if (random.chance(0.7)) return '';
  return random.pick([
    'Content-Encoding: gzip\r\n',
    'Content-Type: text/html; charset=utf-7\r\n',
    'X-Forwarded-For: 1.2.3.4, ::1, unknown, \u00ff\r\n',
    'X-Forwarded-For: [::1]:99\r\nX-Forwarded-Proto: gopher\r\n',
    'X-Country-Code: <b>\r\n',
    'Expect: 100-continue\r\n',
    `Cookie: ${'c'.repeat(2000)}\r\n`,
    'Authorization: Bearer x\r\n',
    'If-None-Match: *\r\n',
  ]);
}

function makeReadRequest(random: Random): Input {
  const path = `/api/${random.pick(READ_PATHS).replace('ID', random.pick(IDS))}`;
  const method = random.pick(['GET', 'GET', 'GET', 'HEAD', 'OPTIONS', 'DELETE', 'PUT']);
  const target = path + random.pick(QUERIES);
  const bytes = Buffer.from(
    `${method} ${target} HTTP/1.1\r\nHost: localhost\r\n${headers(random)}\r\n`,
    'latin1',
  );
  return { kind: 'request', bytes, path, isHead: method === 'HEAD', refused: false };
}

/** HTTP as it should not be. */
function makeRaw(random: Random): Buffer[] {
  const beat = makeBody('/api/beat', random);
  const head = `POST /api/beat HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${beat.length}\r\n\r\n`;
  const whole = Buffer.concat([Buffer.from(head), beat]);
  const cut = Math.floor(random.unit() * whole.length);
  const junk = Buffer.from(Array.from({ length: 200 }, () => random.uint32() & 0xff));
  const text = (line: string) => [Buffer.from(line, 'latin1')];
  return random.pick([
    () => [junk],
    () => [whole.subarray(0, cut), whole.subarray(cut)],
    () => [whole.subarray(0, cut)],
    () => [Buffer.concat([whole, whole, whole])],
    () => [Buffer.concat([whole, whole.subarray(0, cut)]), whole.subarray(cut)],
    () => text(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`),
    () => text(`GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`),
    () => text(`GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(500)}\r\n`),
    () => text('POST /api/beat HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n{}'),
    () => text('POST /api/beat HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n{}'),
    () => text('POST /api/beat HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 2\r\n\r\n{}'),
    () =>
      text('POST /api/beat HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n'),
    () =>
      text(
        'POST /api/beat HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
      ),
    () => text('GET / HTTP/9.9\r\n\r\n'),
    () => text('BREW /api/beat HTTP/1.1\r\nHost: x\r\n\r\n'),
    () => text('GET /api/active_runs HTTP/1.1\nHost: x\n\n'),
    () => text('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    () => text('GET /api/active_runs HTTP/1.1\r\nHost: x\r\nBad Header\r\n\r\n'),
    () => text('\r\n\r\n\r\n'),
  ])();
}
