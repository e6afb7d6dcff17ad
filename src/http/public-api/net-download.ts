/**
 * `/nn/<name>`: a network's file, as a proxy would serve it from the same directory. What accepts gzip gets the file as it is
 * stored; others, and whoever asks for a part, get it decompressed on the way. A name stands for one content for ever.
 */
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { isNetName } from '../../model/net-name.js';
import type { NetFiles, StoredNet } from '../../store/networks/net-files.js';
import { detail } from '../transport/answers.js';
import type { Answer, Exchange } from '../transport/exchange.js';
import { type ByteRange, readRange } from './byte-range.js';

export interface NetRequest {
  readonly name: string;
  readonly acceptEncoding: string;
  readonly range: string;
  readonly ifRange: string;
  readonly ifNoneMatch: string;
}

const TYPE = 'application/octet-stream';
const A_YEAR_S = 31_536_000;

export class NetDownloads {
  readonly #files: NetFiles;
  readonly #onError: (error: unknown, path: string) => void;

  constructor(files: NetFiles, onError: (error: unknown, path: string) => void) {
    this.#files = files;
    this.#onError = onError;
  }

  /** Answers, sooner or later. Never throws. */
  async serve(request: NetRequest, exchange: Exchange): Promise<void> {
    const { name } = request;
    try {
      const stored = isNetName(name) ? await this.#files.find(name) : undefined;
      if (stored === undefined) exchange.send(detail(404, 'Not Found'));
      else await this.#send(request, stored, exchange);
    } catch (error) {
      this.#onError(error, `/nn/${name}`);
      exchange.send(detail(500, 'Internal Server Error'));
    }
  }

  async #send(request: NetRequest, { size, gzipSize }: StoredNet, exchange: Exchange): Promise<void> {
    const { name, range: wanted, ifRange, ifNoneMatch } = request;
    const isGzip = wanted === '' && acceptsGzip(request.acceptEncoding);
    // Two encodings are two contents to whoever compares tags.
    const tag = isGzip ? `"${name}.gz"` : `"${name}"`;
    const headers: [string, string][] = [
      ['ETag', tag],
      ['Cache-Control', `public, max-age=${A_YEAR_S}, immutable`],
      ['Vary', 'Accept-Encoding'],
      ['Accept-Ranges', 'bytes'],
    ];
    if (ifNoneMatch.split(',').some((known) => known.trim().replace(/^W\//, '') === tag)) {
      exchange.send({ status: 304, headers });
      return;
    }
    if (isGzip) {
      const head = {
        status: 200,
        contentType: TYPE,
        headers: [...headers, ['Content-Encoding', 'gzip'] as const],
      };
      await stream(exchange, head, gzipSize, this.#files.openGzip(name));
      return;
    }
    const range = ifRange === '' || ifRange === tag ? readRange(wanted, size) : 'whole';
    if (range === 'unsatisfiable') {
      exchange.send({ status: 416, headers: [...headers, ['Content-Range', `bytes */${size}`]] });
      return;
    }
    const part = range === 'whole' ? { first: 0, last: size - 1 } : range;
    const partial = [...headers, ['Content-Range', `bytes ${part.first}-${part.last}/${size}`] as const];
    const head =
      range === 'whole'
        ? { status: 200, contentType: TYPE, headers }
        : { status: 206, contentType: TYPE, headers: partial };
    await stream(exchange, head, part.last - part.first + 1, this.#openPlain(name), part);
  }

  #openPlain(name: string): Readable {
    const file = this.#files.openGzip(name);
    const plain = createGunzip();
    file.on('error', (error) => plain.destroy(error));
    plain.once('close', () => file.destroy());
    return file.pipe(plain);
  }
}

/** The file is closed at the latest when the exchange is over. */
async function stream(
  exchange: Exchange,
  head: Omit<Answer, 'body' | 'close'>,
  total: number,
  source: Readable,
  part?: ByteRange,
): Promise<void> {
  const pieces = cut(source, part?.first ?? 0);
  const next = async () => (await pieces.next()).value as Buffer | undefined;
  await exchange.stream(head, total, next, () => source.destroy());
}

/** The pieces from a byte on; where they end is the exchange's to know. */
async function* cut(source: Readable, first: number): AsyncGenerator<Buffer> {
  let skip = first;
  for await (const piece of source as AsyncIterable<Buffer>) {
    if (skip < piece.length) yield piece.subarray(skip);
    skip = Math.max(0, skip - piece.length);
  }
}

/** Whether gzip is named, or anything is taken, and not with a quality of 0. */
function acceptsGzip(header: string): boolean {
  const qualities = new Map(
    header
      .toLowerCase()
      .split(',')
      .map((item) => {
        const [coding = '', ...parameters] = item.split(';').map((text) => text.trim());
        const quality = parameters.find((text) => text.startsWith('q='))?.slice(2) ?? '1';
        return [coding, Number(quality) > 0] as const;
      }),
  );
  return qualities.get('gzip') ?? qualities.get('x-gzip') ?? qualities.get('*') ?? false;
}
