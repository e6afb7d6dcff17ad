/** GitHub is a server of the test's own: what it says, how it fails, and what the store is asked instead. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { GitHub } from '../../src/jobs/github.js';
import { updateBooks, updateMasterSha } from '../../src/jobs/upstream.js';
import { operatorNamed } from '../../src/operations/actor.js';
import { importBooks } from '../../src/operations/book/known-books.js';
import { Farm } from '../golden/farm.js';

const SRI = 'a'.repeat(64);
const BOOKS = { 'a.epd': { total: 3, white: 2, black: 1, min_depth: null, max_depth: 8, sri: SRI } };
const signal = new AbortController().signal;
const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
});

async function gitHub(listener: RequestListener, timeoutMs = 1000): Promise<GitHub> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return new GitHub({ token: 'secret', apiUrl: url, booksUrl: `${url}/books.json`, timeoutMs });
}

async function farmWith(keyValues: { key: string; value: unknown }[]): Promise<Farm> {
  const farm = await Farm.open({ users: [], workers: [], runs: [], keyValues }, Date.now());
  after(async () => {
    await farm.stop();
    await farm.remove();
  });
  return farm;
}

test('books and the newest commit are taken from GitHub and kept in the store', async () => {
  const asked: IncomingMessage[] = [];
  const github = await gitHub((request, response) => {
    asked.push(request);
    response.end(JSON.stringify(request.url!.startsWith('/repos') ? { sha: 'b'.repeat(40) } : BOOKS));
  });
  const farm = await farmWith([]);
  assert.equal(await updateBooks(farm.state, farm.reader, github, signal), 1);
  assert.equal(await updateMasterSha(farm.state, github, signal), 'b'.repeat(40));
  await farm.drain();
  assert.equal(farm.state.books.sri('a.epd'), SRI);
  assert.deepEqual(await farm.reader.keyValue('books'), BOOKS);
  assert.equal(await farm.reader.keyValue('official_master_sha'), 'b'.repeat(40));
  assert.deepEqual(
    asked.map(({ url, headers }) => [url, headers.authorization]),
    [
      // The token is for GitHub alone.
      ['/books.json', undefined],
      ['/repos/official-stockfish/Stockfish/commits/master', 'Bearer secret'],
    ],
  );
});

test('what cannot be used leaves what the store has', async () => {
  const farm = await farmWith([{ key: 'books', value: BOOKS }]);
  const answers: RequestListener[] = [
    (_request, response) => response.writeHead(404).end(),
    (_request, response) => response.end('{'),
    (_request, response) => response.end(JSON.stringify({ 'a.epd': { ...BOOKS['a.epd'], total: 4 } })),
    (_request, response) => response.end('x'.repeat(5 * 1024 * 1024)),
    (request) => request.socket.destroy(),
  ];
  for (const answer of answers) {
    const github = await gitHub(answer);
    await assert.rejects(updateBooks(farm.state, farm.reader, github, signal));
    assert.equal(farm.state.books.sri('a.epd'), SRI);
  }
  const github = await gitHub((_request, response) => response.end('{"sha":"master"}'));
  await assert.rejects(updateMasterSha(farm.state, github, signal), /did not answer with a commit/);
});

test('a temporary failure is tried once more, silence ends in time, and the quota is kept', async () => {
  let calls = 0;
  const shaky = await gitHub((_request, response) => {
    if (++calls === 1) response.writeHead(503).end();
    else response.end(JSON.stringify({ sha: 'c'.repeat(40) }));
  });
  assert.equal(await shaky.masterSha(signal), 'c'.repeat(40));

  let down = 0;
  const broken = await gitHub((_request, response) => {
    down++;
    response.writeHead(502).end();
  });
  await assert.rejects(broken.masterSha(signal), /502/);
  assert.equal(down, 2);

  const idleSeconds = await gitHub(() => undefined, 50);
  // Nobody answers: it is the limit of 50 ms that ends each of the two tries.
  await assert.rejects(idleSeconds.masterSha(signal), /cannot be reached/);

  let counted = 0;
  const scarce = await gitHub((_request, response) => {
    counted++;
    const reset = String(Math.floor(Date.now() / 1000) + 3600);
    response.setHeader('x-ratelimit-remaining', '20').setHeader('x-ratelimit-used', '40');
    response.setHeader('x-ratelimit-reset', reset).end(JSON.stringify({ sha: 'd'.repeat(40) }));
  });
  await scarce.masterSha(signal);
  await assert.rejects(scarce.masterSha(signal), /quota/);
  assert.equal(counted, 1);
});

test('a newer list keeps books of its own that an operator imported, at the same instant too', async () => {
  const own = { 'own.epd': { ...BOOKS['a.epd'], total: 4, white: 3, sri: 'b'.repeat(64) } };
  const named = { 'own.epd': { ...own['own.epd'], sri: `sha384-${own['own.epd'].sri}` } };
  const newer = { 'a.epd': { ...BOOKS['a.epd'], sri: 'c'.repeat(64) } };
  const github = await gitHub((_request, response) => response.end(JSON.stringify(newer)));
  const farm = await farmWith([{ key: 'books', value: BOOKS }]);
  await Promise.all([
    updateBooks(farm.state, farm.reader, github, signal),
    importBooks(farm, operatorNamed(), named),
  ]);
  await farm.drain();
  assert.deepEqual(await farm.reader.keyValue('books'), { ...newer, ...own });
  assert.equal(farm.state.books.sri('own.epd'), 'b'.repeat(64));
});

test('books that cannot be used are refused with their fault, and more than memory was made for', async () => {
  const farm = await farmWith([{ key: 'books', value: BOOKS }]);
  const wrong = { 'a.epd': { ...BOOKS['a.epd'], white: 7 } };
  await assert.rejects(importBooks(farm, operatorNamed(), wrong), /the books are refused: .*a\.epd/);
  const many = Object.fromEntries(Array.from({ length: 1024 }, (_, i) => [`${i}.epd`, BOOKS['a.epd']]));
  await assert.rejects(importBooks(farm, operatorNamed(), many), /1025 books: at most 1024/);
  assert.equal(farm.state.books.sri('0.epd'), undefined);
});
