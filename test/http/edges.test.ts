/**
 * What comes back for requests at the edges of HTTP, by the binding that serves: the table of docs/http.md, row by row. Each
 * request is followed by another on its connection; what was read ends when the server closes, by itself after a while.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadBinding } from '../../src/http/transport/uws.js';
import { ServerProcess } from '../server/server-process.js';
import { EDGES } from './edges.js';

const PAGE = readFileSync(fileURLToPath(new URL('../../../docs/http.md', import.meta.url)), 'utf8');
const isNewer = !loadBinding().name.startsWith('@trufflesuite');
const NEXT = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n';

const directory = mkdtempSync(join(tmpdir(), 'shoal-edges-'));
let server: ServerProcess;

/** "served": by the worker API; "next": the request after it was answered; else the status, "nothing" when none came. */
async function answers(request: string | Buffer, next = NEXT): Promise<string> {
  const chunks: Buffer[] = [];
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.on('error', () => {});
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.write(Buffer.concat([Buffer.from(request), Buffer.from(next)]));
  await new Promise((resolve) => socket.once('close', resolve));
  const replies = Buffer.concat(chunks)
    .toString('latin1')
    .split(/(?=HTTP\/1\.1 \d{3} )/)
    .filter((reply) => reply !== '');
  const words = replies.map((reply) => {
    if (reply.includes('"error":')) return 'served';
    return reply.startsWith('HTTP/1.1 200') ? 'next' : reply.slice(9, 12);
  });
  return words.length === 0 ? 'nothing' : words.join(', ');
}

describe('requests at the edges of HTTP', { concurrency: true }, () => {
  before(async () => {
    server = await ServerProcess.start(directory);
  });
  after(async () => {
    await server.end('SIGTERM');
    rmSync(directory, { recursive: true });
  });

  it('answer 400 and close for an uncertain end, with nothing behind it', async () => {
    const uncertain = /^Transfer-Encoding: .*chunked|^two Content-Lengths that differ, /;
    for (const { name, request } of EDGES.filter(({ name }) => uncertain.test(name))) {
      assert.equal(await answers(request, ''), '400', name);
    }
  });

  for (const { name, request, older, newer } of EDGES) {
    it(name, async () => {
      assert.equal(await answers(request), isNewer ? newer : older);
      assert.ok(
        PAGE.includes(`| ${name} | ${newer} | ${older} |`),
        `docs/http.md has another row for: ${name}`,
      );
    });
  }
});
