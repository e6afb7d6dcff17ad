/** Networks come by the form (docs/spec/web-ui.md §4.12): what is right is stored once, and of anything else nothing is left. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { LARGEST_NET } from '../../src/store/networks/net-files.js';
import { openStore } from '../../src/store/open-store.js';
import { ServerProcess } from '../server/server-process.js';
import { mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import type { StorePlace } from '../store/store-place.js';
import { HttpMember } from './http-member.js';
import { seedPeople } from './site-seed.js';

const PATIENCE_MS = 60_000;
const BOUNDARY = 'part-of-a-form';
const MIB = 1024 * 1024;
const run = promisify(execFile);

interface Net {
  readonly name: string;
  readonly bytes: Buffer;
}

function netOf(bytes: Buffer): Net {
  return { name: `nn-${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}.nnue`, bytes };
}

const head = (name: string, file?: string) =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file}"`}\r\n\r\n`;
const field = (name: string, value: string) => `${head(name)}${value}\r\n`;
const END = `\r\n--${BOUNDARY}--\r\n`;

/** A server over a store of its own, and someone signed in. */
class Place {
  readonly directory: string;
  readonly storeUrl: string;
  readonly server: ServerProcess;
  readonly ann: HttpMember;

  private constructor(directory: string, storeUrl: string, server: ServerProcess, ann: HttpMember) {
    this.directory = directory;
    this.storeUrl = storeUrl;
    this.server = server;
    this.ann = ann;
  }

  static async open(place?: StorePlace): Promise<Place> {
    const directory = await mkdtemp(join(tmpdir(), 'shoal-upload-'));
    const storeUrl = place?.url ?? `sqlite:${directory}`;
    await seedPeople(storeUrl);
    const server = await ServerProcess.start(directory, {
      STORE_URL: storeUrl,
      SHOAL_DATA: directory,
      SHOAL_GITHUB: 'off',
      SITE_POSTS_PER_MINUTE: '1000',
    });
    return new Place(directory, storeUrl, server, await HttpMember.signIn(server.url, 'ann'));
  }

  async close(): Promise<void> {
    await this.server.end('SIGTERM');
    await rm(this.directory, { recursive: true, force: true });
  }

  form({ name, bytes }: Net, changes: Record<string, string> = {}): FormData {
    const form = new FormData();
    const fields = { csrf_token: this.ann.token, license: 'CC0', ...changes };
    for (const [key, value] of Object.entries(fields)) form.set(key, value);
    form.set('network', new File([bytes as never], name));
    return form;
  }

  send(
    net: Net,
    changes: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.ann.post('/upload', this.form(net, changes), headers);
  }

  /** Sends a form by hand, and says what is answered; `undefined` when the connection ends without an answer. */
  open(
    headers: Record<string, string>,
    write: (send: (piece: string | Buffer) => Promise<void>, cut: () => void) => Promise<void>,
  ): Promise<{ status: number; text: string } | undefined> {
    return new Promise((resolve) => {
      const type = `multipart/form-data; boundary=${BOUNDARY}`;
      const sent = request(`${this.server.url}/upload`, {
        method: 'POST',
        headers: { cookie: this.ann.cookie, 'content-type': type, ...headers },
      });
      let isAnswered = false;
      sent.on('response', (answer) => {
        isAnswered = true;
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (piece: string) => {
          text += piece;
        });
        answer.on('close', () => resolve({ status: answer.statusCode ?? 0, text }));
      });
      sent.on('error', () => isAnswered || resolve(undefined));
      const closed = new Promise((end) => sent.once('close', end));
      const send = async (piece: string | Buffer) => {
        if (sent.destroyed || sent.write(piece)) return;
        await Promise.race([once(sent, 'drain'), closed]).catch(() => {});
      };
      void write(send, () => sent.destroy()).then(() => sent.end());
    });
  }

  async files(): Promise<string[]> {
    return (await readdir(join(this.directory, 'nets')).catch(() => [])).sort();
  }

  /** Nothing of an upload is left. */
  async noneUnfinished(): Promise<void> {
    for (const until = Date.now() + PATIENCE_MS; ; await sleep(20)) {
      const left = (await this.files()).filter((name) => name.startsWith('.'));
      if (left.length === 0) return;
      assert.ok(Date.now() < until, `${left} are left`);
    }
  }

  async stored(name: string): Promise<{ user: string | undefined; events: number }> {
    const reader = await openStore(this.storeUrl).openReader();
    try {
      const net = await reader.net(name);
      const events = await reader.actions({ kinds: ['upload_nn'], limit: 1000 });
      return { user: net?.user, events: events.filter(({ nn }) => nn === name).length };
    } finally {
      await reader.close();
    }
  }
}

async function problemOf(answer: Response): Promise<string> {
  const text = /class="problem" role="alert">([^<]*)</.exec(await answer.text())?.[1] ?? '';
  return `${answer.status} ${text}`;
}

const STORES: readonly [string, () => Promise<StorePlace | undefined>, string | false][] = [
  ['SQLite', async () => undefined, false],
  ['MongoDB', () => mongodbPlace(), withoutMongodb],
];

for (const [store, makePlace, skip] of STORES) {
  describe(`a network is uploaded to a server on ${store}`, { skip }, () => {
    let place: StorePlace | undefined;
    let site: Place;
    before(async () => {
      place = await makePlace();
      site = await Place.open(place);
    });
    after(async () => {
      await site?.close();
      await place?.remove();
    });

    it('stored whole, listed at once, downloaded, and told once in the log', async () => {
      const net = netOf(Buffer.concat([randomBytes(3 * MIB), Buffer.alloc(5 * MIB)]));
      assert.equal(
        (await fetch(`${site.server.url}/upload`, { redirect: 'manual' })).headers.get('location'),
        '/login?next=%2Fupload',
      );
      assert.match(await (await site.ann.get('/upload')).text(), /name="license"[\s\S]*name="network"/);
      const answer = await site.send(net);
      assert.deepEqual([answer.status, answer.headers.get('location')], [302, '/nns']);
      assert.match(await (await site.ann.get('/nns')).text(), new RegExp(`is uploaded[\\s\\S]*${net.name}`));
      const file = await readFile(join(site.directory, 'nets', `${net.name}.gz`));
      assert.ok(gunzipSync(file).equals(net.bytes));
      const served = await fetch(`${site.server.url}/nn/${net.name}`);
      assert.ok(Buffer.from(await served.arrayBuffer()).equals(net.bytes));
      assert.deepEqual(await site.stored(net.name), { user: 'ann', events: 1 });

      assert.match(await problemOf(await site.send(net)), /^422 nn-.* is known already: ann added it\.$/);
      assert.deepEqual(await site.stored(net.name), { user: 'ann', events: 1 });
      assert.deepEqual(await site.files(), [`${net.name}.gz`]);
    });

    it('of two that send the same at once one has added it', async () => {
      const net = netOf(randomBytes(4 * MIB));
      const bob = await HttpMember.signIn(site.server.url, 'bob');
      const answers = await Promise.all([
        site.send(net),
        bob.post('/upload', site.form(net, { csrf_token: bob.token })),
      ]);
      assert.deepEqual(answers.map(({ status }) => status).sort(), [302, 422]);
      const winner = answers[0].status === 302 ? 'ann' : 'bob';
      assert.deepEqual(await site.stored(net.name), { user: winner, events: 1 });
      await site.noneUnfinished();
    });
  });
}

describe('of an upload that is refused nothing is left', () => {
  let site: Place;
  before(async () => {
    site = await Place.open();
  });
  after(() => site?.close());
  const net = netOf(randomBytes(MIB));
  const refused = async () => {
    await site.noneUnfinished();
    assert.deepEqual(await site.files(), []);
    assert.deepEqual(await site.stored(net.name), { user: undefined, events: 0 });
  };

  it('with a word for each fault', async () => {
    const wrongName = await site.send({ ...net, name: '<b>.nnue' });
    assert.match(
      await wrongName.text(),
      new RegExp(`&lt;b&gt;.nnue is no name of a network: by its content the file is ${net.name}`),
    );
    const wrongHash = await site.send({ ...net, name: 'nn-0123456789ab.nnue' });
    assert.match(
      await problemOf(wrongHash),
      new RegExp(`^422 The file is not nn-0123456789ab.nnue: by its SHA-256 it would be ${net.name}`),
    );
    assert.match(
      await problemOf(await site.send({ ...net, bytes: Buffer.alloc(0) })),
      /^422 The file is empty/,
    );
    assert.match(await problemOf(await site.send(net, { license: '' })), /^422 Tick /);
    const fileless = new FormData();
    fileless.set('csrf_token', site.ann.token);
    fileless.set('license', 'CC0');
    assert.equal(await problemOf(await site.ann.post('/upload', fileless)), '422 Choose a file.');
    fileless.set('network', new File([], ''));
    assert.equal(await problemOf(await site.ann.post('/upload', fileless)), '422 Choose a file.');
    await refused();
  });

  it('without the token, with another one, from another site, or no form at all', async () => {
    // Of a longer body this client may lose the answer: it does not read before it has sent all.
    const small = netOf(randomBytes(1000));
    const bob = await HttpMember.signIn(site.server.url, 'bob');
    const tries = [
      await site.send(small, { csrf_token: '' }),
      await site.send(small, { csrf_token: bob.token }),
      await site.send(small, {}, { 'x-csrf-token': bob.token }),
      await site.send(small, {}, { origin: 'https://evil.example' }),
      await site.ann.post('/upload', new URLSearchParams({ a: 'b' })),
      await site.ann.post('/upload', ''),
    ];
    assert.deepEqual(
      tries.map(({ status }) => status),
      [403, 403, 403, 403, 403, 403],
    );
    const visitor = await fetch(`${site.server.url}/upload`, {
      method: 'POST',
      body: site.form(small),
      redirect: 'manual',
    });
    assert.deepEqual([visitor.status, visitor.headers.get('location')], [302, '/login']);
    await refused();
  });

  it('when it is too large, by its length, by what it says, or without end', async () => {
    const zeros = Buffer.alloc(MIB);
    const before = `${field('csrf_token', site.ann.token)}${field('license', 'CC0')}${head('network', net.name)}`;
    const length = before.length + LARGEST_NET + END.length;
    const whole = await site.open({ 'content-length': String(length) }, async (send) => {
      await send(before);
      let left = LARGEST_NET;
      for (; left > MIB; left -= MIB) await send(zeros);
      await send(zeros.subarray(0, left));
      await send(END);
    });
    assert.equal(whole?.status, 422);
    assert.match(whole.text, /The file has 200000000 bytes or more: a network has less/);
    const said = await site.open({ 'content-length': '900000000' }, (send) => send(before));
    assert.equal(said?.status, 413);
    const endless = await site.open({ 'transfer-encoding': 'chunked' }, async (send) => {
      await send(`${field('csrf_token', site.ann.token)}${head('other', 'x')}`);
      for (let i = 0; i < 220; i++) await send(zeros);
    });
    // The client may hear of the end of the connection only.
    assert.ok(endless === undefined || endless.status === 413, JSON.stringify(endless));
    await refused();
  });

  it('when the client goes in the middle, and others have their turn', async () => {
    const before = `${field('csrf_token', site.ann.token)}${field('license', 'CC0')}${head('network', net.name)}`;
    for (let i = 0; i < 4; i++) {
      await site.open({ 'content-length': '5000000' }, async (send, cut) => {
        await send(before);
        await send(randomBytes(300_000));
        for (const until = Date.now() + PATIENCE_MS; (await site.files()).length === 0; await sleep(10)) {
          assert.ok(Date.now() < until, 'nothing is written');
        }
        cut();
      });
    }
    await refused();
  });

  it('when two others are under way', async () => {
    const before = `${field('csrf_token', site.ann.token)}${field('license', 'CC0')}${head('network', net.name)}`;
    const ends: (() => void)[] = [];
    let isOver = false;
    // The place of the one before is free a moment after its file is gone: until then the answer is 503, which this client may lose.
    const other = async (): Promise<void> => {
      await site.open({ 'content-length': '5000000' }, async (send, cut) => {
        await send(before);
        await send(randomBytes(300_000));
        ends.push(cut);
      });
      if (!isOver && Date.now() < until) await other();
    };
    const until = Date.now() + PATIENCE_MS;
    const others = [other(), other()];
    for (; (await site.files()).length < 2; await sleep(10)) {
      assert.ok(Date.now() < until, 'nothing is written');
    }
    const third = await site.send(net);
    assert.deepEqual([third.status, third.headers.get('retry-after')], [503, '60']);
    isOver = true;
    for (const end of ends) end();
    await Promise.all(others);
    await refused();
  });

  it('when the disk takes no more', { skip: process.platform !== 'linux' }, async () => {
    const limit = (bytes: string) => run('prlimit', ['--pid', `${site.server.pid}`, `--fsize=${bytes}:`]);
    await limit(String(2 * MIB));
    try {
      const large = netOf(randomBytes(8 * MIB));
      assert.match(await problemOf(await site.send(large)), /^422 The file could not be written \(EFBIG\)/);
    } finally {
      await limit('unlimited');
    }
    await refused();
    assert.ok(site.server.log.some((entry) => /a network could not be stored/.test(JSON.stringify(entry))));
  });
});
