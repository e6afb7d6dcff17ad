/** Who reads live updates too slowly is dropped, and holds nobody up (docs/spec/web-ui.md §3). */

import type { TemplatedApp, us_listen_socket } from 'uWebSockets.js';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { LiveSockets } from '../../src/http/site/live-sockets.js';
import { loadBinding } from '../../src/http/transport/uws.js';
import { LiveClient } from './live-client.js';
import { until } from './until.js';

const { uws } = loadBinding();
const MOST_MESSAGES = 200;

function counter() {
  let sum = 0;
  return {
    add: (n: number) => {
      sum += n;
    },
    total: () => sum,
  };
}

const meters = { liveSockets: counter(), liveDropped: counter() };
const sockets = new LiveSockets({
  most: 10,
  isPrimary: true,
  meters,
  isClosing: () => false,
  readClient: () => ({ remoteAddr: '127.0.0.1', host: 'localhost' }),
  onWanted: () => {},
});
let app: TemplatedApp;
let listening: us_listen_socket;
let url: string;
before(async () => {
  app = uws.App();
  sockets.attach(app);
  listening = await new Promise((resolve, reject) => {
    app.listen('127.0.0.1', 0, (token) => (token === false ? reject(new Error('no port')) : resolve(token)));
  });
  url = `http://127.0.0.1:${uws.us_socket_local_port(listening)}`;
});
after(() => {
  sockets.close();
  uws.us_listen_socket_close(listening);
});

/** A page that watches, and then reads nothing any more. */
async function sleeper(): Promise<Socket> {
  const key = { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version': '13' };
  const asked = request(`${url}/live`, { headers: { Connection: 'Upgrade', Upgrade: 'websocket', ...key } });
  asked.end();
  const [, socket] = (await once(asked, 'upgrade')) as [unknown, Socket];
  socket.pause();
  socket.on('error', () => {});
  const text = Buffer.from('{"watch":["home"]}');
  // A masked text frame, with a mask that changes nothing.
  socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]));
  return socket;
}

test('a reader that is too slow is dropped, and another one gets all', async () => {
  const slow = await sleeper();
  const quick = new LiveClient(url, ['home']);
  await quick.isWatching();
  await until(() => meters.liveSockets.total() === 2);
  const whole = gzipSync(JSON.stringify({ topic: 'home', stamp: '', parts: { first: 'x' } }));
  await sockets.deliver({ topic: 'home', manifest: '', full: whole, isLast: false });
  let sent = 0;
  while (meters.liveDropped.total() === 0 && sent < MOST_MESSAGES) {
    // Random, so that it stays long: what the kernel takes has to be filled first.
    const parts = { [`part-${sent}`]: randomBytes(300_000).toString('base64') };
    const changes = gzipSync(JSON.stringify({ topic: 'home', stamp: '', parts }), { level: 1 });
    assert.ok(changes.length < 1_048_576);
    await sockets.deliver({ topic: 'home', manifest: '', changes, isLast: false });
    sent += 1;
    await until(() => quick.messages.length === sent + 1, `message ${sent} at the quick reader`);
  }
  assert.equal(meters.liveDropped.total(), 1, `after ${sent} messages`);
  await until(() => meters.liveSockets.total() === 1);
  assert.equal(quick.closed, undefined);
  await sockets.deliver({ topic: 'home', manifest: '', changes: whole, isLast: false });
  await until(() => quick.messages.length === sent + 2);
  quick.close();
  slow.destroy();
  await until(() => meters.liveSockets.total() === 0);
});
