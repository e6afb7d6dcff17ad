/** A start whose database takes connections and says nothing tells that it waits, before the driver gives up. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ServerChild } from '../../src/swarm/server-child.js';

test('a start with a silent database says what it waits for, without the password', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-away-'));
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const url = `mongodb://me:secret@127.0.0.1:${port}/x?serverSelectionTimeoutMS=8000`;
  const lines: string[] = [];
  const started = ServerChild.start(directory, { STORE_URL: url, SHOAL_DATA: directory }, false, (line) =>
    lines.push(line),
  );
  await assert.rejects(started, /does not answer/);
  const waits = lines.findIndex((line) => /still waiting for the store mongodb:\/\//.test(line));
  const fails = lines.findIndex((line) => /does not answer/.test(line));
  assert.ok(waits >= 0 && waits < fails, lines.join('\n'));
  assert.doesNotMatch(lines.join('\n'), /secret/);
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => silent.close(resolve));
  await rm(directory, { recursive: true, force: true });
});
