/** Games and networks for the public API (docs/spec/worker-api.md §5.8). */
import { isObjectId } from '../../model/object-id.js';
import { pushItem, withSystem } from '../../operations/changes.js';
import type { Context } from '../../operations/context.js';
import type { Reader } from '../../store/port.js';
import { type GamesCall, type ReadAnswer, type ReadCall, refused } from './read-call.js';

const PGN_KEY = /^([0-9a-f]{24})-(0|[1-9]\d{0,8})$/i;
const RUN_FILE = /^([a-zA-Z0-9]+)\.pgn\.gz$/;

/** The games of one task. */
export async function pgn(reader: Reader, { params }: ReadCall): Promise<ReadAnswer> {
  const name = params[0]!;
  const key = PGN_KEY.exec(name.split('.', 1)[0]!);
  const found = key === null ? undefined : await reader.pgn(key[1]!.toLowerCase(), Number(key[2]));
  return found === undefined ? noData(name) : { kind: 'file', bytes: found.pgn_zip };
}

/** The games of a whole run: only how many bytes they are. */
export async function runPgns(reader: Reader, { params }: ReadCall): Promise<ReadAnswer> {
  const name = params[0]!;
  const runId = RUN_FILE.exec(name)?.[1];
  if (runId === undefined) return refused(400, `Invalid filename format for ${name}`);
  const id = runId.toLowerCase();
  const size = isObjectId(id) ? await reader.pgnBytes(id) : 0;
  return size === 0 ? noData(name) : { kind: 'games', runId: id, size };
}

/** Reads as fast as the other end asks, never ahead: one record is in memory at a time, however slow the client. */
export async function sendGames(reader: Reader, { runId, port }: GamesCall): Promise<void> {
  let asked = 0;
  let closed = false;
  let wake = () => {};
  port.on('message', () => {
    asked++;
    wake();
  });
  port.on('close', () => {
    closed = true;
    wake();
  });
  const change = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  const isAsked = async () => {
    while (asked === 0 && !closed) await change();
    asked--;
    return !closed;
  };
  try {
    for await (const { pgn_zip: bytes } of reader.pgns(runId)) {
      if (!(await isAsked())) return;
      port.postMessage(bytes);
    }
    if (await isAsked()) port.postMessage(null);
    // Closing drops what was not delivered, so that is left to the other end.
    while (!closed) await change();
  } finally {
    port.close();
  }
}

/** Where a network is, and one more download of it; a HEAD is none. */
export async function nn(
  { state }: Context,
  reader: Reader,
  { params, isHead }: ReadCall,
): Promise<ReadAnswer> {
  const name = params[0]!;
  if ((await reader.net(name)) === undefined) return refused(404, `The network ${name} does not exist`);
  if (!isHead) {
    withSystem(state, (slot) => pushItem(state, slot, { kind: 'download', net: name }));
    state.commits.next();
  }
  return { kind: 'net', name };
}

function noData(name: string): ReadAnswer {
  return refused(404, `No data found for ${name}`);
}
