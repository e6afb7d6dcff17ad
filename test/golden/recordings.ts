/**
 * Where recorded answers are and how they are read: plain JSON, or JSON compressed by Brotli (.json.br) or gzip (.json.gz), told
 * apart by the name. A plain file wins over its compressed form, so that a fresh recording can be tried beside the kept one.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';

/** The repository's own recordings. They are not built, so they are read from the sources. */
const OWN = fileURLToPath(new URL('../../../test/golden/recorded/', import.meta.url));

/** The recordings that the tests take: the repository's own, or a directory of yours. */
export const RECORDED = resolve(process.env['SHOAL_GOLDEN'] || OWN);

const DECODERS: Readonly<Record<string, (bytes: Buffer) => Promise<Buffer>>> = {
  '.json': async (bytes) => bytes,
  '.json.br': promisify(brotliDecompress),
  '.json.gz': promisify<Buffer, Buffer>(gunzip),
};

/** What follows the stem of a recording: a key of DECODERS. */
const ENDING = /\.json(?:\.br|\.gz)?$/;

/** `stats` of `recorded/stats.json.br`; undefined for a file that is no recording. */
export function recordingStem(path: string): string | undefined {
  return ENDING.test(path) ? path.replace(ENDING, '') : undefined;
}

/**
 * The text of a recording.
 * @throws Error when it is not there, or is not compressed as its name says
 */
export async function readRecording(path: string): Promise<string> {
  const bytes = await readFile(path);
  const decode = DECODERS[ENDING.exec(path)?.[0] ?? '.json']!;
  try {
    return (await decode(bytes)).toString('utf8');
  } catch (error) {
    throw new Error(`${path} cannot be decompressed: is it what its name says?`, { cause: error });
  }
}

/** The recordings of a directory by their stems, sorted. */
export async function listRecordings(directory: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of (await readdir(directory)).sort()) {
    const stem = recordingStem(name);
    // ".json" sorts before ".json.br" and ".json.gz".
    if (stem !== undefined && !found.has(stem)) found.set(stem, join(directory, name));
  }
  return found;
}

/** @throws Error when the tests' directory has no such recording */
export async function recordingOf(stem: string): Promise<string> {
  const path = (await listRecordings(RECORDED)).get(stem);
  if (path === undefined) throw new Error(`${RECORDED} holds no ${stem}.json, .json.br or .json.gz`);
  return path;
}
