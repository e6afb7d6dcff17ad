/**
 * One box without GitHub, on the embedded store, as docs/first-run.md tells it: the operator makes networks and a book known with
 * the command, and a worker that checks both as docs/spec/worker-api.md §6 says finishes a task.
 */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { openStore } from '../../src/store/open-store.js';
import { shoal as runShoal } from '../cli/harness.js';
import { workerInfo } from './seed.js';
import { ServerProcess } from './server-process.js';

const START = 'rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR';

interface Run {
  readonly _id: string;
  readonly args: { book: string; book_sri?: string; new_nets: string[]; base_nets: string[] };
  readonly my_task: { num_games: number };
}

describe('a server alone on one box', () => {
  let directory: string;
  let server: ServerProcess;
  const nets = [randomBytes(200_000), Buffer.alloc(900_000, 'a network that compresses well ')];
  const names = nets.map((net) => `nn-${createHash('sha256').update(net).digest('hex').slice(0, 12)}.nnue`);
  /** With line ends of Windows: the worker's hash is of normalised text. */
  const book = Array.from({ length: 500 }, (_, i) => `${START} ${i % 3 === 0 ? 'w' : 'b'} KQkq -\r\n`).join(
    '',
  );

  const shoal = (...args: string[]) => runShoal(['--data', directory, ...args]);
  const done = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await shoal(...args);
    assert.equal(code, 0, err);
    return out;
  };
  const file = async (name: string, content: string | Buffer): Promise<string> => {
    const path = join(directory, name);
    await writeFile(path, content);
    return path;
  };
  const runAdd = (...more: string[]) =>
    shoal(
      ...[
        '--json',
        'run',
        'add',
        '--username',
        'bob',
        '--approve-by',
        'alice',
        '--info',
        'first',
        '--branch',
        'idea',
      ],
      ...[
        '--new-signature',
        '1',
        '--base-signature',
        '2',
        '--options',
        'Hash=16',
        '--tc',
        '10+0.1',
        '--games',
        '1000',
      ],
      ...['--resolved-new', '1'.repeat(40), '--resolved-base', '2'.repeat(40), ...more],
    );
  const withFiles = ['--book', 'own.epd', '--new-nets', names[0]!, '--base-nets', names[1]!];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'shoal-alone-'));
    server = await ServerProcess.start(directory);
    await done('user', 'add', 'alice', '--approver');
    await done('user', 'add', 'bob', '--password', 'secret');
  });
  after(async () => {
    await server.end('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });

  it('refuses a run whose book or networks no worker could check, naming what to do', async () => {
    const { code, err } = await runAdd(...withFiles);
    assert.equal(code, 1);
    assert.match(err, /book "own\.epd" is not known.*shoal book import/);
    for (const name of names) assert.ok(err.includes(`shoal net add ${name}`), err);
  });

  it('refuses a file that is not what its name says, and keeps nothing of it', async () => {
    const wrong = await file('nn-000000000000.nnue', nets[0]!);
    const { code, err } = await shoal('net', 'add', wrong);
    assert.equal(code, 1);
    assert.match(err, new RegExp(`by its SHA-256 it would be ${names[0]}`));
    assert.match(
      (await shoal('net', 'add', await file('network.bin', nets[0]!))).err,
      /is no name of a network/,
    );
    assert.match(
      (await shoal('net', 'add', await file('nn-e3b0c44298fc.nnue', ''))).err,
      /the file is empty/,
    );
    assert.deepEqual(await readdir(join(directory, 'nets')), []);
    assert.match((await shoal('net', 'remove', names[0]!)).err, /there is no network/);
  });

  it('takes the files, once each', async () => {
    const paths = [await file(names[0]!, nets[0]!), await file(names[1]!, nets[1]!)];
    await done('net', 'add', ...paths, '--by', 'bob');
    const again = await shoal('net', 'add', paths[0]!);
    assert.deepEqual([again.code, again.err], [1, `shoal: ${names[0]} is known already: bob added it\n`]);
    assert.deepEqual(
      (await readdir(join(directory, 'nets'))).sort(),
      names.map((name) => `${name}.gz`).sort(),
    );
    await done('book', 'import', await file('own.epd', book));
    assert.match(await done('book', 'list'), /^own\.epd +500 +167 +333$/m);
    const { code, err } = await runAdd(...withFiles);
    assert.equal(code, 0, err);
    assert.match((await shoal('net', 'remove', names[1]!)).err, /run [0-9a-f]{24} needs nn-/);
  });

  it('knows its books and networks after a restart', async () => {
    assert.equal(await server.end('SIGTERM'), 0);
    server = await ServerProcess.start(directory);
    assert.match(await done('book', 'list'), /^own\.epd /m);
    assert.match(await done('net', 'list'), new RegExp(`^${names[0]} .*bob .*0\\.2 MB`, 'm'));
  });

  it('lets a worker that checks both finish a task', async () => {
    const about = { password: 'secret', worker_info: workerInfo('aaaa1111') };
    about.worker_info.username = 'bob';
    const post = async (name: string, more: object = {}) =>
      (await server.post(`/api/${name}`, { ...about, ...more })).body;
    assert.equal((await post('request_version'))['version'], 325);
    const { run, task_id } = (await post('request_task')) as unknown as { run: Run; task_id: number };
    // The text as the worker reads it: every line end is one character.
    const text = book.replaceAll('\r\n', '\n');
    assert.equal(run.args.book, 'own.epd');
    assert.equal(run.args.book_sri, createHash('sha384').update(text).digest('base64'));
    for (const name of [...run.args.new_nets, ...run.args.base_nets]) {
      const response = await fetch(`${server.url}/api/nn/${name}`);
      assert.ok(response.status < 400, `${name}: ${response.status}`);
      const bytes = Buffer.from(await response.arrayBuffer());
      assert.equal(createHash('sha256').update(bytes).digest('hex').slice(0, 12), name.slice(3, 15));
    }
    const place = { run_id: run._id, task_id };
    let isAlive = true;
    for (let pairs = 0; isAlive; ) {
      pairs = Math.min(pairs + 8, run.my_task.num_games / 2);
      const stats = {
        wins: 0,
        losses: 0,
        draws: 2 * pairs,
        crashes: 0,
        time_losses: 0,
        pentanomial: [0, 0, pairs, 0, 0],
      };
      const reply = await post('update_task', { ...place, stats });
      assert.equal(reply['error'], undefined);
      isAlive = reply['task_alive'] as boolean;
    }
    const reader = await openStore(`sqlite:${directory}`).openReader();
    const task = (await reader.task(run._id, task_id))!;
    await reader.close();
    assert.deepEqual([task.stats.draws, task.active], [run.my_task.num_games, false]);
    const { status } = JSON.parse(await done('--json', 'status')) as {
      status: { gauges: Record<string, number> };
    };
    assert.equal(status.gauges['task_requests'], 1);
    assert.ok(status.gauges['updates']! > 1);
  });

  it('sends a network whole, compressed, and in parts, as the client can take it', async () => {
    const [content] = [nets[1]!];
    const get = (headers: Record<string, string>, method = 'GET', name = names[1]!) =>
      new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
        request(`${server.url}/nn/${name}`, { method, headers, agent: false }, async (response) => {
          const body = Buffer.concat(await response.toArray());
          resolve({ status: response.statusCode!, headers: response.headers, body });
        })
          .on('error', reject)
          .end();
      });
    const plain = await get({});
    assert.deepEqual([plain.status, plain.headers['content-encoding']], [200, undefined]);
    assert.ok(plain.body.equals(content!));
    assert.equal(plain.headers['accept-ranges'], 'bytes');
    const packed = await get({ 'accept-encoding': 'gzip, deflate' });
    assert.equal(packed.headers['content-encoding'], 'gzip');
    assert.ok(packed.body.length < content!.length / 10 && gunzipSync(packed.body).equals(content!));
    assert.notEqual(packed.headers['etag'], plain.headers['etag']);
    assert.equal((await get({ 'accept-encoding': 'gzip;q=0' })).headers['content-encoding'], undefined);
    const part = await get({ range: 'bytes=700000-700009', 'accept-encoding': 'gzip' });
    assert.deepEqual([part.status, part.headers['content-range']], [206, 'bytes 700000-700009/900000']);
    assert.ok(part.body.equals(content!.subarray(700_000, 700_010)));
    assert.ok((await get({ range: 'bytes=-5' })).body.equals(content!.subarray(-5)));
    const beyond = await get({ range: 'bytes=900000-' });
    assert.deepEqual([beyond.status, beyond.headers['content-range']], [416, 'bytes */900000']);
    assert.equal((await get({ range: 'bytes=0-1', 'if-range': '"other"' })).status, 200);
    assert.equal((await get({ 'if-none-match': String(plain.headers['etag']) })).status, 304);
    const head = await get({}, 'HEAD');
    assert.deepEqual([head.status, head.headers['content-length'], head.body.length], [200, '900000', 0]);
    assert.equal((await get({}, 'POST')).status, 405);
    assert.equal((await get({}, 'GET', 'nn-000000000000.nnue')).status, 404);
    assert.equal((await get({}, 'GET', '..%2fadmin-token')).status, 404);
  });

  it('gives a finished run no new life by its priority', async () => {
    const { runs } = JSON.parse(await done('--json', 'run', 'list')) as { runs: { id: string }[] };
    const { id } = runs[0]!;
    await done('run', 'stop', id);
    const undone = JSON.parse(await done('--json', 'run', 'unstop', id)) as { run: { state: string } };
    assert.notEqual(undone.run.state, 'finished');
    assert.match((await shoal('run', 'unstop', id)).err, /is not stopped/);
    await done('run', 'stop', id);
    await done('run', 'delete', id);
    await done('run', 'priority', id, '5');
    const { run } = JSON.parse(await done('--json', 'run', 'show', id)) as { run: Record<string, unknown> };
    assert.deepEqual([run['state'], run['deleted'], run['priority']], ['finished', true, 5]);
    assert.match((await shoal('run', 'purge', id)).err, /is deleted/);
    await done('net', 'remove', names[0]!);
    assert.deepEqual(await readdir(join(directory, 'nets')), [`${names[1]}.gz`]);
    assert.equal((await fetch(`${server.url}/api/nn/${names[0]}`)).status, 404);
  });

  it('refuses a tag that would break the log of events', async () => {
    for (const tag of ['a\nb', 'a\u2028b', 'a\tb']) {
      const { code, err } = await runAdd('--book', 'own.epd', '--branch', tag);
      assert.equal(code, 1);
      assert.match(err, /new_tag .* must be one line/s);
    }
  });
});
