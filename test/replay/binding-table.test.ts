/** The table of what the binding leaves unanswered is true of the server as it is built. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadBinding } from '../../src/http/transport/uws.js';
import { httpRules } from '../golden/http-rules.js';
import { ServerProcess } from '../server/server-process.js';
import { SILENT_ROWS, silentRow } from './binding-table.js';

/** Everything that comes back until the server closes the connection. */
function answerTo(url: URL, request: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(url.port), url.hostname);
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
    });
    socket.on('error', () => undefined).on('close', () => resolve(answer));
    socket.write(request, 'latin1');
  });
}

const isOlder = loadBinding().name.includes('uws-node20');
const skip = isOlder ? false : 'the newer binding answers many of them';

test('each row: the connection ends without an answer', { skip }, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-binding-'));
  const server = await ServerProcess.start(directory);
  try {
    const url = new URL(server.url);
    const answers = await Promise.all(
      SILENT_ROWS.map(async ({ kind, example }) => [kind, await answerTo(url, example)]),
    );
    assert.deepEqual(
      answers,
      SILENT_ROWS.map(({ kind }) => [kind, '']),
    );
  } finally {
    await server.end('SIGTERM');
    await rm(directory, { recursive: true });
  }
});

test('each row is found by its example, and what is well-formed by none', () => {
  for (const row of SILENT_ROWS) assert.equal(silentRow(row.example), row, row.kind);
  assert.equal(silentRow('GET /tests HTTP/1.1\r\nHost: x\r\n\r\n'), undefined);
  assert.equal(silentRow('POST /api/beat HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}'), undefined);
});

test('silence agrees with a recorded refusal only where the table has it', () => {
  const rule = httpRules.find(({ id }) => id === 'malformed-http')!;
  const covers = (sent: string, status: number | undefined) =>
    rule.covers({ input: { parts: [sent], sent }, output: { status: 400 } }, { closed: true, status }, '');
  const wellFormed = 'GET /tests HTTP/1.1\r\nHost: x\r\n\r\n';
  assert.equal(covers('GET /tests HTTP/1.0\r\n\r\n', undefined), true);
  assert.equal(covers(wellFormed, undefined), false);
  assert.equal(covers(wellFormed, 431), true);
  assert.equal(covers(wellFormed, 200), false);
});
