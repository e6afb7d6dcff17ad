/**
 * Run documents between the store and shared memory. What never changes is one blob (the head); what lives is in the
 * run's record. Reading lays the live members over the head, so members that Shoal does not know survive.
 */
import { pack, unpack } from 'msgpackr';
import type { RunArgs, RunDocument, Sprt, Spsa } from '../model/documents.js';
import { readRunResults, readSprt, writeRunResults, writeSprt } from './results.js';
import { ORDER_ARGS_MEMBERS, ORDER_MEMBERS } from './run-order.js';
import {
  ARGS_MEMBERS,
  COMPILERS,
  RUN_MEMBERS,
  RunFlag,
  RunFloat,
  RunWord,
  UNKNOWN_COMPILER,
} from './run-record.js';
import { putSpsaBlock, SpsaBlock } from './spsa-block.js';
import type { State } from './state.js';
import type { StoredMember, StoredMembers } from './stored-member.js';
import type { RunHead, RunLive } from './write-batch.js';

/** What the scheduler needs to know of a run's args, worked out once when the run comes into memory. */
export interface DerivedFields {
  /** Seconds a game (docs/spec/scheduling.md §7.1). */
  gameDuration: number;
  /** MiB of hash tables of both engines (§2.4.1). */
  hashMemory: number;
  /** Bit i set: the i-th known architecture passes the filter. Two words. */
  archMask: [number, number];
  /** No tasks above this many cores (§2.4 row 8). */
  coreLimit: number;
}

const LIVE = Object.entries({ ...RUN_MEMBERS, ...ORDER_MEMBERS } as StoredMembers<RunDocument>);
const LIVE_ARGS = Object.entries({ ...ARGS_MEMBERS, ...ORDER_ARGS_MEMBERS } as StoredMembers<RunArgs>);

const LARGEST_WORD = 0x7fffffff;

/** Words that refer to a blob. */
const BLOBS = [
  RunWord.head,
  RunWord.argsText,
  RunWord.spsa,
  ...[...LIVE, ...LIVE_ARGS].filter(([, { as }]) => as === 'text').map(([, { at }]) => at),
];

/** Fills the record of a reserved slot from a document. */
export function writeRun(
  state: State,
  slot: number,
  head: RunHead,
  derived: DerivedFields,
  historyLength: number,
): void {
  const { runs, slab } = state;
  const { args } = head;
  const fixedArgs: Partial<RunArgs> = { ...args };
  for (const name of [...LIVE_ARGS.map(([name]) => name), 'sprt', 'spsa'])
    delete fixedArgs[name as keyof RunArgs];
  runs.setWord(slot, RunWord.head, slab.put(pack(head)));
  runs.setWord(slot, RunWord.argsText, slab.put(Buffer.from(JSON.stringify(fixedArgs).slice(0, -1))));
  for (const [name, member] of LIVE) writeMember(state, slot, member, head[name as keyof RunHead]);
  for (const [name, member] of LIVE_ARGS) writeMember(state, slot, member, args[name as keyof RunArgs]);
  runs.setWord(slot, RunWord.threads, args.threads ?? 1);
  runs.setWord(slot, RunWord.archLow, derived.archMask[0]);
  runs.setWord(slot, RunWord.archHigh, derived.archMask[1]);
  const compiler = (COMPILERS as readonly string[]).indexOf(args.compiler ?? '');
  runs.setWord(slot, RunWord.compiler, compiler < 0 ? UNKNOWN_COMPILER : compiler);
  runs.setFloat(slot, RunFloat.gameDuration, derived.gameDuration);
  runs.setFloat(slot, RunFloat.hashMemory, derived.hashMemory);
  runs.setFloat(slot, RunFloat.coreLimit, derived.coreLimit);
  runs.setFloat(slot, RunFloat.startTime, head.start_time);
  runs.setFloat(slot, RunFloat.stoppedAt, 0);
  writeRunResults(runs, slot, head.results);
  runs.set(slot, RunFlag.sprt, args.sprt !== undefined);
  if (args.sprt !== undefined) writeSprt(runs, slot, args.sprt);
  runs.set(slot, RunFlag.spsa, args.spsa !== undefined);
  if (args.spsa !== undefined) runs.setWord(slot, RunWord.spsa, putSpsaBlock(slab, args.spsa, historyLength));
}

/** Frees what the record refers to. Call under the run's lock. */
export function freeRun(state: State, slot: number): void {
  const { runs, slab } = state;
  for (const word of BLOBS) {
    const handle = runs.word(slot, word) >>> 0;
    // Forgotten first: who drops the run after a thread that died here must not free it again.
    runs.setWord(slot, word, 0);
    if (handle !== 0) slab.free(handle);
  }
}

/** The run's document as it came into memory: right in all that never changes. The object is shared: do not change it. */
export function fixedHead(state: State, slot: number): RunHead {
  return state.decoded(state.runs.word(slot, RunWord.head) >>> 0, (bytes) => unpack(bytes) as RunHead);
}

/** The members that change while the run lives. Call under the run's lock. */
export function readLive(state: State, slot: number): RunLive {
  const live: Record<string, unknown> = {};
  readMembers(state, slot, LIVE, live);
  live['results'] = readRunResults(state.runs, slot);
  const args: Record<string, unknown> = {};
  readMembers(state, slot, LIVE_ARGS, args);
  const fixed = fixedHead(state, slot).args.sprt;
  if (fixed !== undefined) args['sprt'] = liveSprt(state, slot, fixed);
  live['args'] = args;
  return live as unknown as RunLive;
}

/** The whole document without tasks. `param_history` of a tune is left to the store. Call under the run's lock. */
export function readHead(state: State, slot: number): RunHead {
  const fixed = fixedHead(state, slot);
  const live = readLive(state, slot);
  const head: RunHead = { ...fixed, ...live, args: { ...fixed.args, ...live.args } };
  if (fixed.args.spsa !== undefined) head.args.spsa = liveSpsa(state, slot, fixed.args.spsa);
  return head;
}

/** JSON text of the run's args as a worker gets them, without the closing brace. Call under the run's lock. */
export function argsText(state: State, slot: number): string {
  const fixed = state.decoded(state.runs.word(slot, RunWord.argsText) >>> 0, (bytes) => bytes.toString());
  const { sprt, spsa } = fixedHead(state, slot).args;
  let text = fixed;
  for (const [name, member] of LIVE_ARGS)
    text += `,"${name}":${JSON.stringify(readMember(state, slot, member))}`;
  if (sprt !== undefined) text += `,"sprt":${JSON.stringify(liveSprt(state, slot, sprt))}`;
  if (spsa !== undefined) text += `,"spsa":${JSON.stringify(liveSpsa(state, slot, spsa))}`;
  return text;
}

/** What is no number was none when the run came, and stays as it is in the store. */
function readMembers(
  state: State,
  slot: number,
  members: readonly [string, StoredMember<unknown>][],
  to: Record<string, unknown>,
): void {
  for (const [name, member] of members) {
    const value = readMember(state, slot, member);
    if (!Number.isNaN(value)) to[name] = value;
  }
}

function readMember(
  state: State,
  slot: number,
  { as, at }: StoredMember<unknown>,
): number | boolean | string {
  const { runs } = state;
  switch (as) {
    case 'word':
      return runs.word(slot, at);
    case 'float':
      return runs.float(slot, at);
    case 'flag':
      return runs.has(slot, at);
    case 'text':
      return blobText(state, runs.word(slot, at));
    case 'orderWord':
      return runs.order.word(slot, at);
    case 'orderFloat':
      return runs.order.float(slot, at);
  }
}

function writeMember(state: State, slot: number, member: StoredMember<unknown>, given: unknown): void {
  const { runs } = state;
  const { as, at } = member;
  const value = given ?? member.absent;
  if (as === 'word') runs.setWord(slot, at, asWord(numberOr(value, member.absent)));
  else if (as === 'float') runs.setFloat(slot, at, numberOr(value, member.absent));
  else if (as === 'flag') runs.set(slot, at, value === true);
  else if (as === 'text') {
    const text = typeof value === 'string' ? value : String(member.absent);
    runs.setWord(slot, at, state.slab.put(Buffer.from(text)));
  } else if (as === 'orderWord') runs.order.setWord(slot, at, asWord(numberOr(value, member.absent)));
  else runs.order.setFloat(slot, at, numberOr(value, member.absent));
}

/** What is no number stands for what a document without the member does: a priority of NaN would be neither above nor below another. */
function numberOr(value: unknown, absent: unknown): number {
  const number = Number(value);
  return Number.isNaN(number) ? (absent as number) : number;
}

/** The nearest number that a word holds: a larger one would come out as another. */
function asWord(number: number): number {
  return Math.max(-LARGEST_WORD - 1, Math.min(LARGEST_WORD, number));
}

/** Replaces a short text that the record keeps as a blob. */
export function setBlobText(state: State, slot: number, word: number, text: string): void {
  const old = state.runs.word(slot, word) >>> 0;
  state.runs.setWord(slot, word, state.slab.put(Buffer.from(text)));
  // A rollback of the change still needs the old text.
  if (old !== 0) state.undoLog.deferUntilRelease(() => state.slab.free(old));
}

function blobText(state: State, handle: number): string {
  return state.slab.copy(handle >>> 0).toString();
}

function liveSprt(state: State, slot: number, fixed: Sprt): Sprt {
  const live = readSprt(state.runs, slot);
  const { elo_model: _model, batch_size: _batch, ...rest } = live;
  const { lost_samples: _lost, illegal_update: _illegal, overshoot: _overshoot, ...kept } = fixed;
  return { ...kept, ...rest };
}

function liveSpsa(state: State, slot: number, fixed: Spsa): Spsa {
  const block = new SpsaBlock(state.slab, state.runs.word(slot, RunWord.spsa) >>> 0);
  const spsa: Spsa = {
    ...fixed,
    iter: block.iter,
    params: fixed.params.map((param, i) => ({ ...param, theta: block.theta(i) })),
  };
  delete spsa.param_history;
  if (block.hasHistory) spsa.param_history = [];
  return spsa;
}
