/** Unfinished runs from memory, or on a secondary from the store, kept for a moment. */
import { withRun } from '../../operations/worker/resolve-task.js';
import { remainingHours } from '../../rules/run-progress.js';
import { readRun } from '../../rules/stored-run.js';
import { readHead } from '../../state/run-document.js';
import type { RunHead } from '../../store/port.js';
import { remembered } from '../remembered.js';
import type { SiteParts } from '../visit.js';

const KEPT_MS = 500;
/** Runs between which other calls of the thread pass. */
const RUNS_A_TURN = 50;

/** @param keptMs how old they may be; 0: as memory has them now */
export async function unfinishedRuns(parts: SiteParts, keptMs = KEPT_MS): Promise<readonly RunHead[]> {
  return await parts.kept.get('unfinished runs', keptMs, () => readUnfinished(parts));
}

async function readUnfinished({ state, reader, isPrimary }: SiteParts): Promise<RunHead[]> {
  const heads: RunHead[] = [];
  if (isPrimary) {
    for (const slot of state.runs.unfinished()) {
      if (heads.length % RUNS_A_TURN === RUNS_A_TURN - 1) await new Promise(setImmediate);
      const head = withRun({ state, mayBlock: true }, state.runs.id(slot), (locked) =>
        readHead(state, locked),
      );
      if (typeof head !== 'symbol') heads.push(head);
    }
  } else {
    for await (const head of reader.unfinishedRuns()) heads.push(head);
  }
  return heads.filter((head) => !head.finished).map(readRun);
}

export function byUrgency(a: RunHead, b: RunHead): number {
  return (
    (a.args.priority ?? 0) - (b.args.priority ?? 0) ||
    (a.args.itp ?? 0) - (b.args.itp ?? 0) ||
    (a._id < b._id ? -1 : 1)
  );
}

/** Tests nearest to their end first: SPRT by LLR, then games, tunes last. */
export function byProgress(a: RunHead, b: RunHead): number {
  const rank = ({ args, results }: RunHead) => [
    args.sprt === undefined ? 0 : 1,
    args.sprt?.llr ?? 0,
    args.spsa === undefined ? 1 : 0,
    results.wins + results.losses + results.draws,
  ];
  const [left, right] = [rank(a), rank(b)];
  const differing = left.findIndex((value, i) => value !== right[i]);
  return differing < 0 ? (a._id < b._id ? -1 : 1) : right[differing]! - left[differing]!;
}

export interface FarmTotals {
  readonly workers: number;
  readonly cores: number;
  readonly nps: number;
  readonly gamesPerMinute: number;
  /** Undefined without cores. */
  readonly hours: number | undefined;
}

/** Of a list that is kept for a moment. */
export const farmTotals = remembered(sumUp);

function sumUp(heads: readonly RunHead[]): FarmTotals {
  const sum = (of: (head: RunHead) => number | undefined) =>
    heads.reduce((total, head) => total + (of(head) ?? 0), 0);
  const cores = sum((head) => head.cores);
  return {
    workers: sum((head) => head.workers),
    cores,
    nps: sum((head) => head.nps),
    gamesPerMinute: sum((head) => head.games_per_minute),
    hours: cores === 0 ? undefined : sum(hoursOf) / cores,
  };
}

/** Changes when a worker comes or goes, but for two that take turns on one test. */
export function workersStamp(heads: readonly RunHead[]): string {
  return heads.map(({ _id, workers }) => `${_id} ${workers}`).join('\n');
}

/** A time control that cannot be read adds nothing. */
function hoursOf(head: RunHead): number {
  try {
    return remainingHours(head);
  } catch {
    return 0;
  }
}
