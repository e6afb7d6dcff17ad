/**
 * A person changes a run that exists (docs/spec/scheduling.md §4.9, docs/spec/web-ui.md §6.2). A finished run that needs games again is
 * revived. What changes nothing leaves no event.
 */
import { fixedHead, readLive, setBlobText } from '../../state/run-document.js';
import { RunFlag, RunFloat, RunWord } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import { type Actor, isApprover } from '../actor.js';
import { logAction, markRun } from '../changes.js';
import { OperationRefused } from '../refusal.js';
import { setApproval } from './approve-run.js';
import { type Changed, changeRun, checkMayChange } from './change-run.js';
import { checkLimits, checkModification, type RunChanges } from './check-modification.js';
import { finishRun } from './finish-run.js';
import { checkNoLostNets } from './lost-nets.js';
import { isUndecided, reviveRun, runAction } from './transitions.js';

/** Up to these, an owner may raise what an approver has seen lower. */
const FREE_THROUGHPUT = 100;
const FREE_PRIORITY = 0;
/** Code points of each of two descriptions in an event, whose message has room for some 5,000. */
const SHOWN_INFO = 2_300;

export interface Modification {
  /** What became another, in words; empty when nothing did. */
  readonly differences: readonly string[];
  /** True when the run was approved and now waits for approval again. */
  readonly isApprovalWithdrawn: boolean;
  /** True when the run had enough games with the change, and so has ended. */
  readonly hasEnded: boolean;
}

interface ModifyOptions {
  /** False: a finished run stays finished, whatever it needs. */
  readonly mayRevive?: boolean;
  /** The run's networks that the store does not know (lost-nets.ts): with any, it is not revived. */
  readonly lost?: readonly string[];
}

export function modifyRun(
  state: State,
  actor: Actor,
  runId: string,
  changes: RunChanges,
  now: number,
  { mayRevive = true, lost = [] }: ModifyOptions = {},
): Changed<Modification> {
  return changeRun(state, actor, runId, (slot) => {
    // The operator may change old runs, and games at will, but no number beyond what memory holds.
    if (actor.kind === 'account') checkModification(state, slot, changes, now);
    else checkLimits(changes);
    checkMayChange(state, actor, slot);
    if (mayRevive && state.runs.has(slot, RunFlag.deleted)) {
      throw new OperationRefused('conflict', `Run ${runId} is deleted`);
    }
    const isRevived =
      mayRevive && state.runs.has(slot, RunFlag.finished) && isUndecided(state, slot, changes.num_games);
    if (isRevived) checkNoLostNets(runId, lost);
    const wanted = withTidyInfo(changes);
    const isApprovalWithdrawn = needsApprovalAgain(state, actor, slot, wanted);
    if (isApprovalWithdrawn) setApproval(state, slot, false, actor.name, now);
    const differences = apply(state, slot, wanted, isAuthorOf(state, actor, slot));
    if (isRevived) {
      reviveRun(state, slot);
      if (differences.length === 0) differences.push('revived');
    }
    if (differences.length === 0) return { differences, isApprovalWithdrawn, hasEnded: false };
    markRun(state, slot);
    const message = `modify: ${differences.join(', ')}`;
    logAction(state, slot, now, 'modify_run', { username: actor.name, ...runAction(state, slot), message });
    return { differences, isApprovalWithdrawn, hasEnded: endIfDecided(state, slot, now) };
  });
}

/** No report may come any more that would end it. */
function endIfDecided(state: State, slot: number, now: number): boolean {
  if (state.runs.has(slot, RunFlag.finished) || isUndecided(state, slot)) return false;
  finishRun(state, slot, now);
  return state.runs.has(slot, RunFlag.finished);
}

/** A run is approved as it was seen: whoever may not approve may not make it take more of the workers afterwards. */
function needsApprovalAgain(state: State, actor: Actor, slot: number, changes: RunChanges): boolean {
  const { runs } = state;
  if (isApprover(actor) || !runs.has(slot, RunFlag.approved)) return false;
  const throughput = runs.float(slot, RunFloat.throughput);
  const priority = runs.order.priority(slot);
  return (
    (changes.throughput ?? throughput) > Math.max(throughput, FREE_THROUGHPUT) ||
    (changes.priority ?? priority) > Math.max(priority, FREE_PRIORITY) ||
    runs.has(slot, RunFlag.failed)
  );
}

/** A blank description is none: the old one stays. */
function withTidyInfo({ info, ...others }: RunChanges): RunChanges {
  const text = tidy(info ?? '');
  return text === '' ? others : { ...others, info: text };
}

function tidy(info: string): string {
  return info.replaceAll('\r\n', '\n').trim();
}

function isAuthorOf(state: State, actor: Actor, slot: number): boolean {
  return actor.kind === 'operator' || actor.name === fixedHead(state, slot).args.username;
}

/** Another person's words are kept in the log, as far as an event has room for both texts. */
function infoDifference(before: string, after: string): string {
  const short = (text: string) => {
    const points = [...JSON.stringify(text)];
    return points.length <= SHOWN_INFO ? points.join('') : `${points.slice(0, SHOWN_INFO).join('')}…`;
  };
  return `info changed from ${short(before)} to ${short(after)}`;
}

/** Returns what became another, in words and in the order of the event's text. */
function apply(state: State, slot: number, changes: RunChanges, isAuthor: boolean): string[] {
  const { runs } = state;
  const differences: string[] = [];
  const setNumber = (name: string, was: number, value: number | undefined, set: (value: number) => void) => {
    if (value === undefined || value === was) return;
    set(value);
    differences.push(`${name} changed from ${was} to ${value}`);
  };
  const setFloat = (name: string, float: number, value: number | undefined) =>
    setNumber(name, runs.float(slot, float), value, (number) => runs.setFloat(slot, float, number));
  setNumber('priority', runs.order.priority(slot), changes.priority, (value) =>
    runs.order.setPriority(slot, value),
  );
  setFloat('num-games', RunFloat.numGames, changes.num_games);
  setFloat('throughput', RunFloat.throughput, changes.throughput);
  const purges = runs.has(slot, RunFlag.autoPurge);
  if (changes.auto_purge !== undefined && changes.auto_purge !== purges) {
    runs.set(slot, RunFlag.autoPurge, changes.auto_purge);
    differences.push(`auto-purge changed from ${purges} to ${changes.auto_purge}`);
  }
  const { info = '' } = readLive(state, slot).args;
  // A browser sends other line ends than an old document may have: those are no change.
  if (changes.info !== undefined && changes.info !== tidy(info)) {
    setBlobText(state, slot, RunWord.info, changes.info);
    differences.push(isAuthor ? 'info changed' : infoDifference(info, changes.info));
  }
  return differences;
}
