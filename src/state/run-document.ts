/**
 * Run documents between the store and shared memory. What never changes is one blob (the head); what lives is in the
 * run's record. Reading lays the live members over the head, so members that Shoal does not know survive.
 */
import { pack, unpack } from 'msgpackr';
import type { RunArgs, Sprt, Spsa } from '../model/documents.js';
import { readRunResults, readSprt, writeRunResults, writeSprt } from './results.js';
import { COMPILERS, RunFlag, RunFloat, RunWord, UNKNOWN_COMPILER } from './run-record.js';
import { putSpsaBlock, SpsaBlock } from './spsa-block.js';
import type { State } from './state.js';
import type { RunHead, RunLive } from './write-batch.js';

/** What the scheduler needs to know of a run's args, worked out once when the run comes into memory. */
export interface DerivedFields {
  /** Seconds a game (spec: scheduling.md §7.1). */
  gameDuration: number;
  /** MiB of hash tables of both engines (§2.4.1). */
  hashMemory: number;
  /** Bit i set: the i-th known architecture passes the filter. Two words. */
  archMask: [number, number];
  /** No tasks above this many cores (§2.4 row 8). */
  coreLimit: number;
}

const LIVE_ARGS = [
  'num_games',
  'throughput',
  'itp',
  'priority',
  'auto_purge',
  'info',
  'sprt',
  'spsa',
] as const;

/** Fills the record of a reserved slot from a document. */
export function writeRun(
  state: State,
  slot: number,
  head: RunHead,
  traits: DerivedFields,
  historyLength: number,
): void {
  const { runs, slab } = state;
  const { args } = head;
  const fixedArgs: Partial<RunArgs> = { ...args };
  for (const name of LIVE_ARGS) delete fixedArgs[name];
  runs.setWord(slot, RunWord.head, slab.put(pack(head)));
  runs.setWord(slot, RunWord.argsText, slab.put(Buffer.from(JSON.stringify(fixedArgs).slice(0, -1))));
  runs.setWord(slot, RunWord.info, slab.put(Buffer.from(args.info ?? '')));
  runs.setWord(slot, RunWord.approver, slab.put(Buffer.from(head.approver ?? '')));
  runs.setWord(slot, RunWord.threads, args.threads ?? 1);
  runs.setWord(slot, RunWord.archLow, traits.archMask[0]);
  runs.setWord(slot, RunWord.archHigh, traits.archMask[1]);
  const compiler = (COMPILERS as readonly string[]).indexOf(args.compiler ?? '');
  runs.setWord(slot, RunWord.compiler, compiler < 0 ? UNKNOWN_COMPILER : compiler);
  runs.setWord(slot, RunWord.failures, head.failures ?? 0);
  runs.setWord(slot, RunWord.workers, head.workers ?? 0);
  runs.order.setCores(slot, head.cores ?? 0);
  runs.set(slot, RunFlag.finished, head.finished);
  runs.set(slot, RunFlag.approved, head.approved);
  runs.set(slot, RunFlag.deleted, head.deleted);
  runs.set(slot, RunFlag.failed, head.failed);
  runs.set(slot, RunFlag.green, head.is_green);
  runs.set(slot, RunFlag.yellow, head.is_yellow);
  runs.set(slot, RunFlag.autoPurge, args.auto_purge);
  runs.setFloat(slot, RunFloat.gameDuration, traits.gameDuration);
  runs.setFloat(slot, RunFloat.hashMemory, traits.hashMemory);
  runs.setFloat(slot, RunFloat.coreLimit, traits.coreLimit);
  runs.order.setPriority(slot, args.priority ?? 0);
  runs.order.setItp(slot, args.itp ?? 100);
  runs.setFloat(slot, RunFloat.throughput, args.throughput ?? 1000);
  runs.setFloat(slot, RunFloat.numGames, args.num_games);
  runs.setFloat(slot, RunFloat.committedGames, head.committed_games ?? 0);
  runs.setFloat(slot, RunFloat.totalGames, head.total_games ?? 0);
  runs.setFloat(slot, RunFloat.nps, head.nps ?? 0);
  runs.setFloat(slot, RunFloat.gamesPerMinute, head.games_per_minute ?? 0);
  runs.setFloat(slot, RunFloat.startTime, head.start_time);
  runs.setFloat(slot, RunFloat.lastUpdated, head.last_updated);
  writeRunResults(runs, slot, head.results);
  runs.set(slot, RunFlag.sprt, args.sprt !== undefined);
  if (args.sprt !== undefined) writeSprt(runs, slot, args.sprt);
  runs.set(slot, RunFlag.spsa, args.spsa !== undefined);
  if (args.spsa !== undefined) runs.setWord(slot, RunWord.spsa, putSpsaBlock(slab, args.spsa, historyLength));
}

/** Frees what the record refers to. Call under the run's lock. */
export function freeRun(state: State, slot: number): void {
  const { runs, slab } = state;
  for (const word of [RunWord.head, RunWord.argsText, RunWord.info, RunWord.approver, RunWord.spsa]) {
    const handle = runs.word(slot, word) >>> 0;
    if (handle !== 0) slab.free(handle);
    runs.setWord(slot, word, 0);
  }
}

/** The run's document as it came into memory: right in all that never changes. The object is shared: do not change it. */
export function fixedHead(state: State, slot: number): RunHead {
  return state.decoded(state.runs.word(slot, RunWord.head) >>> 0, (bytes) => unpack(bytes) as RunHead);
}

/** The members that change while the run lives. Call under the run's lock. */
export function readLive(state: State, slot: number): RunLive {
  const { runs } = state;
  const live: RunLive = {
    last_updated: runs.float(slot, RunFloat.lastUpdated),
    approved: runs.has(slot, RunFlag.approved),
    approver: blobText(state, runs.word(slot, RunWord.approver)),
    finished: runs.has(slot, RunFlag.finished),
    deleted: runs.has(slot, RunFlag.deleted),
    failed: runs.has(slot, RunFlag.failed),
    failures: runs.word(slot, RunWord.failures),
    is_green: runs.has(slot, RunFlag.green),
    is_yellow: runs.has(slot, RunFlag.yellow),
    workers: runs.word(slot, RunWord.workers),
    cores: runs.order.cores(slot),
    committed_games: runs.float(slot, RunFloat.committedGames),
    total_games: runs.float(slot, RunFloat.totalGames),
    results: readRunResults(runs, slot),
    nps: runs.float(slot, RunFloat.nps),
    games_per_minute: runs.float(slot, RunFloat.gamesPerMinute),
    args: {
      itp: runs.order.itp(slot),
      num_games: runs.float(slot, RunFloat.numGames),
      priority: runs.order.priority(slot),
      throughput: runs.float(slot, RunFloat.throughput),
      auto_purge: runs.has(slot, RunFlag.autoPurge),
      info: blobText(state, runs.word(slot, RunWord.info)),
    },
  };
  const fixed = fixedHead(state, slot).args.sprt;
  if (fixed !== undefined) live.args.sprt = liveSprt(state, slot, fixed);
  return live;
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
  const { runs } = state;
  const fixed = state.decoded(runs.word(slot, RunWord.argsText) >>> 0, (bytes) => bytes.toString());
  const { sprt, spsa } = fixedHead(state, slot).args;
  let text =
    `${fixed},"num_games":${runs.float(slot, RunFloat.numGames)}` +
    `,"info":${JSON.stringify(blobText(state, runs.word(slot, RunWord.info)))}` +
    `,"auto_purge":${runs.has(slot, RunFlag.autoPurge)}` +
    `,"throughput":${runs.float(slot, RunFloat.throughput)}` +
    `,"itp":${runs.order.itp(slot)},"priority":${runs.order.priority(slot)}`;
  if (sprt !== undefined) text += `,"sprt":${JSON.stringify(liveSprt(state, slot, sprt))}`;
  if (spsa !== undefined) text += `,"spsa":${JSON.stringify(liveSpsa(state, slot, spsa))}`;
  return text;
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
