/** Recordings are found and read, whichever way they are kept. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { listRecordings, readRecording, recordingOf, recordingStem } from './recordings.js';
import { runFile } from './run-file.js';

const CASES = JSON.stringify({
  cases: [
    { input: { fn: 'get_elo', results: [0, 0, 0] }, output: { elo: 0, elo95: 1199.8261952903854, los: 0.5 } },
  ],
});

describe('recordings', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'shoal-recordings-'));
    await writeFile(join(directory, 'plain.json'), CASES);
    await writeFile(join(directory, 'plain.json.br'), 'older');
    await writeFile(join(directory, 'brotli.json.br'), brotliCompressSync(CASES));
    await writeFile(join(directory, 'gzip.json.gz'), gzipSync(CASES));
    await writeFile(join(directory, 'notes.txt'), 'no recording');
  });
  after(() => rm(directory, { recursive: true }));

  it('are listed once each, a plain file before its compressed form', async () => {
    const listed = [...(await listRecordings(directory))].map(([stem, path]) => `${stem} ${basename(path)}`);
    assert.deepEqual(listed, ['brotli brotli.json.br', 'gzip gzip.json.gz', 'plain plain.json']);
    assert.equal(recordingStem('a.json.d'), undefined);
  });

  it('give the same verdicts plain and compressed', async () => {
    for (const path of (await listRecordings(directory)).values()) {
      const report = await runFile(path);
      assert.deepEqual(report?.verdicts, [{ kind: 'pass' }], path);
    }
  });

  it('say which file is not what its name says, and which is missing', async () => {
    await assert.rejects(
      readRecording(join(directory, 'plain.json.br')),
      /plain\.json\.br cannot be decompressed/,
    );
    await assert.rejects(recordingOf('nothing'), /holds no nothing\.json, \.json\.br or \.json\.gz/);
  });
});
