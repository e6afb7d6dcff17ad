/** What operators do to runs (spec: scheduling.md §4.7–4.9, §5.2, §6). Each takes the run's lock itself. */
import { fixedHead, setBlobText } from '../../state/run-document.js';
import { RunFlag, RunFloat, RunWord } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import { logAction, markRun } from '../changes.js';
import { stopRun } from '../worker/stop-run.js';
import { MANUAL_PURGE, type PurgeRule, purgeRun } from './purge-run.js';
import { deactivateRun, isUndecided, reviveRun, runAction } from './transitions.js';
import { noteInvalidRun } from './validate-run.js';

/** An operator's command that cannot be carried out: 404 unknown, 403 not allowed, 409 wrong state. */
export class CommandRefused extends Error {
  constructor(
    readonly status: 403 | 404 | 409,
    message: string,
  ) {
    super(message);
    this.name = 'CommandRefused';
  }
}

/** @returns the journal number after which the approval is durable. */
export function approveRun(state: State, runId: string, approver: string, now: number): number {
  return withRun(state, runId, (slot) => {
    const { args } = fixedHead(state, slot);
    if (args.username === approver) throw new CommandRefused(403, `Run ${runId}: Self approval is disabled!`);
    if (state.runs.has(slot, RunFlag.approved))
      throw new CommandRefused(409, `Run ${runId} already approved!`);
    state.runs.set(slot, RunFlag.approved, true);
    setBlobText(state, slot, RunWord.approver, approver);
    markRun(state, slot);
    const action = { username: approver, ...runAction(state, slot), message: 'approved' };
    logAction(state, slot, now, 'approve_run', action);
  });
}

export function stopByOperator(state: State, runId: string, by: string, now: number): number {
  return withRun(state, runId, (slot) => {
    if (state.runs.has(slot, RunFlag.finished))
      throw new CommandRefused(409, `Run ${runId} is already finished`);
    logAction(state, slot, now, 'stop_run', { username: by, ...runAction(state, slot), message: '' });
    stopRun(state, slot, now);
  });
}

/** @returns why nothing was purged, or an empty text. */
export function purgeByOperator(
  state: State,
  runId: string,
  by: string,
  now: number,
  rule: PurgeRule = MANUAL_PURGE,
): { message: string; sequence: number } {
  let message = '';
  const sequence = withRun(state, runId, (slot) => {
    message = purgeRun(state, slot, rule, now);
    const text = message === '' ? 'Manual purge' : `Manual purge (not performed): ${message}`;
    logAction(state, slot, now, 'purge_run', { username: by, ...runAction(state, slot), message: text });
  });
  return { message, sequence };
}

export function deleteRun(state: State, runId: string, by: string, now: number): number {
  return withRun(state, runId, (slot) => {
    if (state.runs.has(slot, RunFlag.deleted))
      throw new CommandRefused(409, `Run ${runId} is already deleted`);
    deactivateRun(state, slot, now);
    state.runs.set(slot, RunFlag.deleted, true);
    noteInvalidRun(state, slot, now);
    markRun(state, slot);
    logAction(state, slot, now, 'delete_run', { username: by, ...runAction(state, slot) });
  });
}

export interface RunChanges {
  num_games?: number;
  priority?: number;
  throughput?: number;
  auto_purge?: boolean;
  info?: string;
}

/** §4.9: a finished run that needs games again is revived. */
export function modifyRun(state: State, runId: string, changes: RunChanges, by: string, now: number): number {
  return withRun(state, runId, (slot) => {
    const { runs } = state;
    const said: string[] = [];
    const setNumber = (
      name: 'num_games' | 'priority' | 'throughput',
      was: number,
      set: (value: number) => void,
    ) => {
      const value = changes[name];
      if (value === undefined || value === was) return;
      set(value);
      said.push(`${name} changed from ${was} to ${value}`);
    };
    const setFloat = (name: 'num_games' | 'throughput', float: number) =>
      setNumber(name, runs.float(slot, float), (value) => runs.setFloat(slot, float, value));
    setFloat('num_games', RunFloat.numGames);
    setNumber('priority', runs.order.priority(slot), (value) => runs.order.setPriority(slot, value));
    setFloat('throughput', RunFloat.throughput);
    const purges = runs.has(slot, RunFlag.autoPurge);
    if (changes.auto_purge !== undefined && changes.auto_purge !== purges) {
      runs.set(slot, RunFlag.autoPurge, changes.auto_purge);
      said.push(`auto_purge changed from ${purges} to ${changes.auto_purge}`);
    }
    if (changes.info !== undefined && changes.info !== '') {
      setBlobText(state, slot, RunWord.info, changes.info);
      said.push('info changed');
    }
    if (runs.has(slot, RunFlag.finished) && isUndecided(state, slot)) reviveRun(state, slot);
    markRun(state, slot);
    const action = { username: by, ...runAction(state, slot), message: said.join(', ') };
    logAction(state, slot, now, 'modify_run', action);
  });
}

function withRun(state: State, runId: string, act: (slot: number) => void): number {
  const { runs } = state;
  const slot = runs.find(runId);
  if (slot < 0) throw new CommandRefused(404, `there is no run ${runId} in memory`);
  runs.locks.acquire(slot);
  try {
    if (!runs.holds(slot, runId)) throw new CommandRefused(404, `there is no run ${runId} in memory`);
    act(slot);
  } finally {
    runs.locks.release(slot);
  }
  return state.commits.next();
}
