/** Ways to keep documents as bytes: msgpackr, which the slab and SQLite use, BSON and JSON. */
import { BSON } from 'mongodb';
import { Packr, pack, unpack } from 'msgpackr';
import { buildRun } from '../../src/operations/run/new-run.js';
import { runForm, runId, uniqueKey, workerInfo } from '../seed/farm.js';
import type { Figure } from '../work/result.js';
import { compare, type MicroOptions, type Piece } from './compare.js';

interface Codec {
  encode: (value: object) => Uint8Array;
  decode: (bytes: Uint8Array) => unknown;
}

const records = new Packr({ useRecords: true, structures: [] });
const CODECS: Readonly<Record<string, Codec>> = {
  msgpackr: { encode: pack, decode: unpack },
  'msgpackr with records': {
    encode: (value) => records.pack(value),
    decode: (bytes) => records.unpack(bytes),
  },
  BSON: { encode: (value) => BSON.serialize(value), decode: (bytes) => BSON.deserialize(bytes) },
  JSON: {
    encode: (value) => Buffer.from(JSON.stringify(value)),
    decode: (bytes) => JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()),
  },
};

export async function measureCodecs(options: MicroOptions): Promise<Figure[]> {
  const { tasks: _tasks, bad_tasks: _bad, ...run } = buildRun(runForm(1), Date.now(), runId(1));
  const documents = { "a worker's description": workerInfo(uniqueKey(1)), 'a run': run };
  const figures: Figure[] = [];
  for (const [name, document] of Object.entries(documents)) {
    const bytes = Object.fromEntries(
      Object.entries(CODECS).map(([codec, { encode }]) => [codec, { bytes: encode(document).length }]),
    );
    figures.push(
      ...(await compare(
        `${name}, written`,
        piecesOf(
          ({ encode }) =>
            () =>
              encode(document),
        ),
        options,
        bytes,
      )),
      ...(await compare(
        `${name}, read`,
        piecesOf(({ encode, decode }) => {
          const stored = Uint8Array.from(encode(document));
          return () => decode(stored);
        }),
        options,
      )),
    );
  }
  return figures;
}

function piecesOf(work: (codec: Codec) => () => unknown): Record<string, Piece> {
  return Object.fromEntries(
    Object.entries(CODECS).map(([name, codec]) => {
      const once = work(codec);
      return [
        name,
        (times: number) => {
          for (let i = 0; i < times; i++) once();
        },
      ];
    }),
  );
}
