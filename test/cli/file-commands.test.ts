/** `shoal net …` and `shoal book …` as an operator uses them, against an admin server in memory. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openSite, type Site } from './harness.js';

describe('networks and books', () => {
  let site: Site;
  let files: string;
  const file = async (name: string, content: string | Buffer): Promise<string> => {
    const path = join(files, name);
    await writeFile(path, content);
    return path;
  };
  before(async () => {
    site = await openSite();
    files = await mkdtemp(join(tmpdir(), 'shoal-files-'));
  });
  after(async () => {
    await site.close();
    await rm(files, { recursive: true });
  });

  it('send a network in parts, whole and in order', async () => {
    const net = Buffer.alloc(1_300_000, 'network ');
    const path = await file('nn-0123456789ab.nnue', net);
    const { code, out, err } = await site.shoal('net', 'add', path, '--by', 'alice');
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /nn-0123456789ab\.nnue .* alice .*1\.3 MB/);
    assert.deepEqual(site.service.uploads.get('nn-0123456789ab.nnue'), net);
    const refused = await site.shoal('net', 'add', path);
    assert.deepEqual([refused.code, refused.err], [1, 'shoal: nn-0123456789ab.nnue is known already\n']);
    assert.match((await site.shoal('net', 'list')).out, /nn-0123456789ab/);
    assert.equal(
      (await site.shoal('net', 'remove', 'nn-0123456789ab.nnue')).out,
      'removed nn-0123456789ab.nnue\n',
    );
    assert.match((await site.shoal('net', 'list')).out, /no networks: add one/);
  });

  it('say which file cannot be read', async () => {
    for (const [words, expected] of [
      [['net', 'add', join(files, 'none.nnue')], /cannot read .*none\.nnue: ENOENT/],
      [['net', 'add', files], /cannot read .*: it is no file/],
      [['book', 'import', join(files, 'none.epd')], /cannot read .*none\.epd: ENOENT/],
      [['book', 'import', join(files, 'none.pgn')], /neither \*\.epd nor \*\.json/],
      [['book', 'import', await file('broken.json', '{')], /broken\.json is not JSON/],
      [['book', 'import', await file('list.json', '[]')], /does not hold a JSON object/],
      [
        ['book', 'import', await file('bad.epd', 'rnb w - -\nhello\n')],
        /bad\.epd: line 2 is no position.*"hello"/,
      ],
      [['book', 'import', await file('empty.epd', '\n\n')], /empty\.epd: there is no position/],
    ] as const) {
      const { code, err } = await site.shoal(...words);
      assert.equal(code, 2, err);
      assert.match(err, expected);
    }
  });

  it('compute what workers check of a book, whatever ends its lines', async () => {
    const start = 'rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR';
    const lines = [`${start} w KQkq - 0 1`, `${start} b KQkq - 0 4`, `${start} w KQkq - 3 9`];
    const text = `${lines.join('\n')}\n`;
    const paths = [
      await file('unix.epd', text),
      await file('dos.epd', text.replaceAll('\n', '\r\n')),
      await file('mac.epd', text.replaceAll('\n', '\r')),
      await file('plain.epd', `${start} w KQkq -\n${start} b KQkq - c0 "x";`),
    ];
    const { code, out } = await site.shoal('book', 'import', ...paths);
    assert.deepEqual([code, out], [0, 'unix.epd\ndos.epd\nmac.epd\nplain.epd\n4 imported, 4 known\n']);
    const sri = createHash('sha384').update(text).digest('base64');
    for (const name of ['unix.epd', 'dos.epd', 'mac.epd']) {
      const expected = { name, total: 3, white: 2, black: 1, min_depth: 0, max_depth: 16, sri };
      assert.deepEqual(site.service.books.get(name), expected);
    }
    const { total, white, black, min_depth, max_depth } = site.service.books.get('plain.epd')!;
    assert.deepEqual([total, white, black, min_depth, max_depth], [2, 1, 1, null, null]);
    assert.match((await site.shoal('book', 'list')).out, /^unix\.epd +3 +2 +1 +0-16$/m);
  });

  it('take what a books.json says as it is', async () => {
    const book = { total: 2, white: 1, black: 1, min_depth: null, max_depth: null, sri: 'a'.repeat(64) };
    const path = await file('books.json', JSON.stringify({ 'x.pgn': book }));
    assert.equal((await site.shoal('book', 'import', path)).code, 0);
    assert.deepEqual(site.service.books.get('x.pgn'), { name: 'x.pgn', ...book });
  });
});
