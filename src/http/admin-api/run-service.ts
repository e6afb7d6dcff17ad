/** The admin API over live state: runs on the main thread, which may park, and answers when a change is durable. */
import { ConfigError } from '../../config/config.js';
import type { Settings } from '../../config/live-settings.js';
import { runName } from '../../model/names.js';
import { newObjectId } from '../../model/object-id.js';
import { logAction, markRun, withSystem } from '../../operations/changes.js';
import { loadRun } from '../../operations/run/load-run.js';
import { buildRun, InvalidRunError } from '../../operations/run/new-run.js';
import {
  approveRun,
  CommandRefused,
  deleteRun,
  modifyRun,
  purgeByOperator,
  stopByOperator,
} from '../../operations/run/run-admin.js';
import { AdminError, type AdminService, type StatusView } from '../../protocol/admin.js';
import { liveHead, liveTasks, runDetail, runSummary } from '../../runtime/run-views.js';
import { RunFlag } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import type { Reader } from '../../store/port.js';
import { makeUserService } from './user-service.js';
import { makeWorkerService } from './worker-service.js';

export interface ServiceParts {
  state: State;
  reader: Reader;
  /** Resolves when the journal number is durable. */
  durable: (sequence: number) => Promise<void>;
  backup: (file: string) => Promise<{ bytes: number; ms: number }>;
  status: () => Promise<StatusView>;
  settings: Settings;
}

export const SYSTEM_USER = 'fishtest.system';
const DEFAULT_LIMIT = 100;

export function makeAdminService(parts: ServiceParts): AdminService {
  return {
    ...makeUserService(parts),
    ...makeWorkerService(parts),
    ...makeRunService(parts),
    ...makeServerService(parts),
  };
}

type RunVerbs =
  | 'runAdd'
  | 'runList'
  | 'runShow'
  | 'runApprove'
  | 'runStop'
  | 'runPurge'
  | 'runDelete'
  | 'runPriority';

function makeRunService({ state, reader, durable }: ServiceParts): Pick<AdminService, RunVerbs> {
  /** Brings a finished run back into memory, so that it can be changed. */
  const reloadRun = async (id: string): Promise<void> => {
    if (state.runs.find(id) >= 0) return;
    const head = await reader.run(id);
    if (head === undefined) throw new AdminError(404, `there is no run ${id}`);
    const history = await reader.spsaHistory(id);
    await loadRun(state, head, reader.tasks(id), history.length, Date.now());
  };
  const change = async (id: string, act: () => number) => {
    await reloadRun(id);
    await durable(translate(act));
    return { run: runSummary(liveHead(state, state.runs.find(id))) };
  };
  const checkApprover = async (approver: string) => {
    const user = await reader.user(approver);
    if (user === undefined) throw new AdminError(404, `there is no user ${approver}`);
    if (!user.groups.includes('group:approvers')) throw new AdminError(403, `${approver} is not an approver`);
  };
  return {
    async runAdd({ form, approve_by: approver }) {
      const owner = await reader.user(form.username);
      if (owner === undefined) throw new AdminError(404, `there is no user ${form.username}`);
      if (owner.blocked || owner.pending) throw new AdminError(403, `${form.username} may not submit runs`);
      if (approver !== undefined) await checkApprover(approver);
      if (approver === form.username) throw new AdminError(403, 'nobody approves a run of their own');
      const now = Date.now();
      const { tasks, bad_tasks: _bad, ...head } = translate(() => buildRun(form, now, newObjectId(now)));
      const { slot } = await loadRun(state, head, tasks, 0, now);
      state.runs.locks.acquire(slot);
      state.runs.set(slot, RunFlag.isNew, true);
      markRun(state, slot);
      logAction(state, slot, now, 'new_run', {
        username: form.username,
        run_id: head._id,
        run: runName(head.args.new_tag, head._id),
        message: form.info ?? '',
      });
      state.runs.locks.release(slot);
      let sequence = state.commits.next();
      if (approver !== undefined) sequence = translate(() => approveRun(state, head._id, approver, now));
      await durable(sequence);
      return { run: runSummary(liveHead(state, slot)) };
    },
    async runList({ state: wanted, username, limit = DEFAULT_LIMIT }) {
      const live = state.runs.unfinished().map((slot) => liveHead(state, slot));
      live.sort((a, b) => b.start_time - a.start_time);
      const query = { ...(username === undefined ? {} : { username }), skip: 0, limit };
      const finished = wanted === 'finished' || wanted === 'all' ? await reader.finishedRuns(query) : [];
      const heads = live
        .filter(
          (head) =>
            wanted === 'all' ||
            (wanted === 'active' && head.approved) ||
            (wanted === 'pending' && !head.approved),
        )
        .filter((head) => username === undefined || head.args.username === username);
      return { runs: [...heads, ...finished].slice(0, limit).map(runSummary) };
    },
    async runShow({ id }) {
      const slot = state.runs.find(id);
      if (slot >= 0) {
        const { tasks, workers } = liveTasks(state, slot);
        return { run: runDetail(liveHead(state, slot), tasks, workers) };
      }
      const head = await reader.run(id);
      if (head === undefined) throw new AdminError(404, `there is no run ${id}`);
      const counts = { total: 0, active: 0, bad: 0 };
      for await (const task of reader.tasks(id)) {
        counts.total++;
        if (task.bad) counts.bad++;
      }
      return { run: runDetail(head, counts, []) };
    },
    async runApprove({ id, approver }) {
      await checkApprover(approver);
      return await change(id, () => approveRun(state, id, approver, Date.now()));
    },
    runStop: ({ id, by = SYSTEM_USER }) => change(id, () => stopByOperator(state, id, by, Date.now())),
    async runPurge({ id, by = SYSTEM_USER, p = 0.01, res = 4.5 }) {
      let message = '';
      const answer = await change(id, () => {
        const purge = purgeByOperator(state, id, by, Date.now(), { p, residual: res, iterations: 1 });
        message = purge.message;
        return purge.sequence;
      });
      return { purged: message === '', message, ...answer };
    },
    runDelete: ({ id, by = SYSTEM_USER }) => change(id, () => deleteRun(state, id, by, Date.now())),
    runPriority: ({ id, by = SYSTEM_USER, priority, throughput }) =>
      change(id, () =>
        modifyRun(
          state,
          id,
          { priority, ...(throughput === undefined ? {} : { throughput }) },
          by,
          Date.now(),
        ),
      ),
  };
}

type ServerVerbs = 'status' | 'backup' | 'configList' | 'configSet';

function makeServerService(parts: ServiceParts): Pick<AdminService, ServerVerbs> {
  const { settings } = parts;
  return {
    status: async () => ({ status: await parts.status() }),
    backup: async ({ file }) => ({ file, ...(await parts.backup(file)) }),
    configList: async () => ({ settings: settings.view(), unknown: settings.unknown() }),
    configSet: async ({ name, value }) => {
      try {
        settings.set(name, value);
      } catch (error) {
        if (error instanceof ConfigError) throw new AdminError(400, error.problems.join('; '));
        throw error;
      }
      return { setting: settings.view().find((setting) => setting.name === name)! };
    },
  };
}

/** An operation's refusal becomes the admin API's. */
export function translate<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof CommandRefused) throw new AdminError(error.status, error.message);
    if (error instanceof InvalidRunError) throw new AdminError(400, error.message);
    throw error;
  }
}

/** Puts something of no run into the journal. */
export function record(state: State, push: (slot: number) => void): number {
  withSystem(state, push);
  return state.commits.next();
}
