/**
 * The networks' files: one directory, each network once as `<name>.gz`, as a proxy may serve them too. A file appears under its
 * name when it is whole, read back and on disk: written beside, then linked into place, which fails where a file is already.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, type ReadStream } from 'node:fs';
import { type FileHandle, link, mkdir, open, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createGzip } from 'node:zlib';
import { netNameOf } from '../../model/net-name.js';

/** Bytes of the largest network that is taken (docs/spec/ui.md §6). */
export const LARGEST_NET = 200_000_000;

/** What is under way; the rest of a name is random or the network's. */
const UNFINISHED = '.unfinished-';
/** What has to stay free beside a network. */
const ROOM_BYTES = 64 * 1024 * 1024;
const TOO_LARGE = `the file has ${LARGEST_NET} bytes or more: a network has less`;
/** A gzip file ends with the length of its content. */
const LENGTH_BYTES = 4;
/** A proxy of another user may serve them, and nobody but the owner changes what workers play with. */
const NET_MODE = 0o644;

export interface StoredNet {
  /** Bytes of the network, and of its compressed file. */
  readonly size: number;
  readonly gzipSize: number;
}

/** The file is no network of that name. */
export class WrongNet extends Error {
  override readonly name = 'WrongNet';
}

export class NetFiles {
  readonly directory: string;

  /** Nothing is made before the first file comes. */
  constructor(directory: string) {
    this.directory = directory;
  }

  /** Bytes of a network, or undefined when it is not here. */
  async find(name: string): Promise<StoredNet | undefined> {
    const file = await open(this.#file(name)).catch(ignoreMissing);
    if (file === undefined) return undefined;
    try {
      const { size: gzipSize } = await file.stat();
      return { size: await readLength(file, gzipSize), gzipSize };
    } finally {
      await file.close();
    }
  }

  /** The compressed bytes. */
  openGzip(name: string): ReadStream {
    return createReadStream(this.#file(name));
  }

  /**
   * Compresses `source` into its place as it comes; a network that is here already stays as it is. Nothing is left of one
   * that fails.
   * @throws WrongNet when its hash is not the name's, or its length is none that is taken
   * @throws what `source` fails with, or the disk
   */
  async add(name: string, source: Readable): Promise<void> {
    await this.#makeDirectory();
    const draft = join(this.directory, `${UNFINISHED}${randomBytes(8).toString('hex')}`);
    try {
      const sha256 = await compress(source, draft);
      checkName(name, sha256);
      await syncFile(draft);
      if ((await hashOfGzip(draft)) !== sha256) {
        throw new Error(
          `${draft} is not what was written to it: the disk under ${this.directory} is at fault`,
        );
      }
      await link(draft, this.#file(name)).catch(ignoreExisting);
      await syncFile(this.directory);
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** Whether the disk takes as many bytes and some more: other things are written there meanwhile. */
  async hasRoomFor(bytes: number): Promise<boolean> {
    await this.#makeDirectory();
    const { bavail, bsize } = await statfs(this.directory);
    return bavail * bsize >= bytes + ROOM_BYTES;
  }

  async remove(name: string): Promise<void> {
    await rm(this.#file(name), { force: true });
  }

  /** Where the parts of an upload are written. */
  async draftOf(name: string): Promise<string> {
    await this.#makeDirectory();
    return join(this.directory, `${UNFINISHED}${name}`);
  }

  /** Removes what an earlier process left unfinished. */
  async removeUnfinished(): Promise<void> {
    const names = (await readdir(this.directory).catch(ignoreMissing)) ?? [];
    for (const name of names)
      if (name.startsWith(UNFINISHED)) await rm(join(this.directory, name), { force: true });
  }

  #file(name: string): string {
    return join(this.directory, `${name}.gz`);
  }

  async #makeDirectory(): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o755 });
  }
}

function checkName(name: string, sha256: string): void {
  const byContent = netNameOf(sha256);
  if (byContent === name) return;
  throw new WrongNet(`the file is not ${name}: by its SHA-256 it would be ${byContent}`);
}

/** Returns the SHA-256 of the source. Browsers and workers accept the format: no name, no time. */
async function compress(source: Readable, target: string): Promise<string> {
  const hash = createHash('sha256');
  let size = 0;
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      hash.update(chunk);
      if (size >= LARGEST_NET) done(new WrongNet(TOO_LARGE));
      else done(null, chunk);
    },
    flush: (done) => done(size === 0 ? new WrongNet('the file is empty') : null),
  });
  const gzip = createGzip({ level: constants.Z_BEST_COMPRESSION });
  await pipeline(source, hashing, gzip, createWriteStream(target, { flags: 'wx', mode: NET_MODE }));
  return hash.digest('hex');
}

async function hashOfGzip(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), createGunzip(), hash);
  return hash.digest('hex');
}

async function readLength(file: FileHandle, gzipSize: number): Promise<number> {
  const { buffer } = await file.read(Buffer.alloc(LENGTH_BYTES), 0, LENGTH_BYTES, gzipSize - LENGTH_BYTES);
  return buffer.readUInt32LE();
}

/** Of a file or a directory. */
async function syncFile(path: string): Promise<void> {
  const file = await open(path);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function ignoreExisting(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'EEXIST') throw error;
}
