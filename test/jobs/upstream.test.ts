/** GitHub is a server of the test's own: what it says, how it fails, and what the store is asked instead. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { GitHubService } from '../../src/github/github-service.js';
import { updateBooks, updateMaster } from '../../src/jobs/upstream.js';
import { operatorNamed } from '../../src/operations/actor.js';
import { importBooks } from '../../src/operations/book/known-books.js';
import { Farm } from '../golden/farm.js';

const SRI = 'a'.repeat(64);
const BOOKS = { 'a.epd': { total: 3, white: 2, black: 1, min_depth: null, max_depth: 8, sri: SRI } };
const COMMIT = {
  sha: 'b'.repeat(40),
  commit: { message: 'Simplify\n\nBench: 1234567', committer: { date: '2026-01-02T03:04:05Z' } },
};
const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
});

async function gitHub(listener: RequestListener): Promise<GitHubService> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return new GitHubService({
    isOn: true,
    token: 'secret',
    apiUrl: url,
    rawUrl: url,
    booksUrl: `${url}/books.json`,
    attemptMs: 1000,
  });
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
    response.end(JSON.stringify(request.url!.startsWith('/repos') ? [COMMIT] : BOOKS));
  });
  const farm = await farmWith([]);
  assert.equal(await updateBooks(farm.state, farm.reader, github), 1);
  assert.equal(await updateMaster(farm.state, farm.reader, github), 'b'.repeat(40));
  await farm.drain();
  assert.equal(farm.state.books.sri('a.epd'), SRI);
  assert.deepEqual(await farm.reader.keyValue('books'), BOOKS);
  assert.equal(await farm.reader.keyValue('official_master_sha'), 'b'.repeat(40));
  assert.deepEqual(
    asked.map(({ url, headers }) => [url, headers.authorization]),
    [
      // The token is for GitHub alone.
      ['/books.json', undefined],
      ['/repos/official-stockfish/Stockfish/commits?sha=master&per_page=30', 'Bearer secret'],
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
    await assert.rejects(updateBooks(farm.state, farm.reader, github));
    assert.equal(farm.state.books.sri('a.epd'), SRI);
  }
  const github = await gitHub((_request, response) => response.end('[{"sha":"master"}]'));
  await assert.rejects(
    updateMaster(farm.state, farm.reader, github),
    /newest commits of .* GitHub answered with/,
  );
});

test('a newer list keeps books of its own that an operator imported, at the same instant too', async () => {
  const own = { 'own.epd': { ...BOOKS['a.epd'], total: 4, white: 3, sri: 'b'.repeat(64) } };
  const named = { 'own.epd': { ...own['own.epd'], sri: `sha384-${own['own.epd'].sri}` } };
  const newer = { 'a.epd': { ...BOOKS['a.epd'], sri: 'c'.repeat(64) } };
  const github = await gitHub((_request, response) => response.end(JSON.stringify(newer)));
  const farm = await farmWith([{ key: 'books', value: BOOKS }]);
  await Promise.all([
    updateBooks(farm.state, farm.reader, github),
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
  const empty = { 'a.epd': { ...BOOKS['a.epd'], total: 0, white: 0, black: 0 } };
  await assert.rejects(importBooks(farm, operatorNamed(), empty), /the book a\.epd has no position/);
  const deep = { 'a.epd': { ...BOOKS['a.epd'], max_depth: 1e21 } };
  await assert.rejects(importBooks(farm, operatorNamed(), deep), /the books are refused: .*max_depth/);
  for (const name of ['../a.epd', 'a/b.epd', 'a\\b.epd', ' a.epd', '.epd']) {
    await assert.rejects(
      importBooks(farm, operatorNamed(), { [name]: BOOKS['a.epd'] }),
      ({ message }: Error) => message.includes(JSON.stringify(name)) && /must be a file name/.test(message),
    );
  }
  const many = Object.fromEntries(Array.from({ length: 1024 }, (_, i) => [`${i}.epd`, BOOKS['a.epd']]));
  await assert.rejects(importBooks(farm, operatorNamed(), many), /1025 books: at most 1024/);
  assert.equal(farm.state.books.sri('0.epd'), undefined);
});
