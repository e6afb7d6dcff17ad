/** Runs, for operators: on the main thread, which may park; answers when a change is durable. */
import { isObjectId } from '../../model/object-id.js';
import { approverNamed, operatorNamed } from '../../operations/actor.js';
import { OperationRefused } from '../../operations/refusal.js';
import { approveRun } from '../../operations/run/approve-run.js';
import type { Changed } from '../../operations/run/change-run.js';
import { deleteRun, purgeByHand, stopRun } from '../../operations/run/close-run.js';
import { createRun } from '../../operations/run/create-run.js';
import { lostNets, lostNetsText } from '../../operations/run/lost-nets.js';
import { modifyRun } from '../../operations/run/modify-run.js';
import type { Purge } from '../../operations/run/purge-run.js';
import { reloadRun } from '../../operations/run/reload-run.js';
import { undoStop } from '../../operations/run/undo-stop.js';
import { AdminError, type AdminService } from '../../protocol/admin.js';
import { MANUAL_PURGE } from '../../rules/purge-choice.js';
import { liveHead, liveTasks, runDetail, runSummary } from '../../runtime/run-views.js';
import type { ServiceParts } from './service-parts.js';

const DEFAULT_LIMIT = 100;

type RunVerbs =
  | 'runAdd'
  | 'runList'
  | 'runShow'
  | 'runApprove'
  | 'runStop'
  | 'runUnstop'
  | 'runPurge'
  | 'runDelete'
  | 'runPriority';

export function makeRunService(parts: ServiceParts): Pick<AdminService, RunVerbs> {
  const { state, reader, whenDurable } = parts;
  /** Changes a run that may have left memory. */
  const change = async <T>(id: string, act: (now: number) => Changed<T> | Promise<Changed<T>>) => {
    const now = Date.now();
    await reloadRun(state, reader, id, now);
    const { value, sequence } = await act(now);
    // Read at once: a finished run may leave memory as soon as the store has it.
    const run = runSummary(liveHead(state, state.runs.find(id)));
    await whenDurable(sequence);
    return { value, run };
  };
  return {
    async runAdd({ form, approve_by: approveBy }) {
      const approver = approveBy === undefined ? undefined : await approverNamed(reader, approveBy);
      const actor = operatorNamed();
      const { value, sequence } = await createRun({ state, reader }, actor, form, Date.now(), { approver });
      const run = runSummary(liveHead(state, value.slot));
      await whenDurable(sequence);
      return { run };
    },
    runList: (asked) => listRuns(parts, asked),
    runShow: ({ id }) => showRun(parts, id),
    async runApprove({ id, approver }) {
      const actor = await approverNamed(reader, approver);
      const { run } = await change(id, (now) => approveRun(state, actor, id, now));
      return { run, lost_nets: await lostNets(parts, id) };
    },
    async runStop({ id, by, reason }) {
      const { run } = await change(id, (now) => stopRun(state, operatorNamed(by), id, now, reason));
      return { run };
    },
    async runUnstop({ id, by }) {
      const { run } = await change(id, (now) => undoStop(parts, operatorNamed(by), id, now));
      return { run };
    },
    async runPurge({ id, by, p = MANUAL_PURGE.p, res: residual = MANUAL_PURGE.residual }) {
      const rule = { ...MANUAL_PURGE, p, residual };
      let lost: string[] = [];
      const { value: purge, run } = await change(id, async (now) => {
        lost = await lostNets(parts, id);
        return purgeByHand(state, operatorNamed(by), id, now, { rule, lost });
      });
      return { purged: purge.purged, message: purgeText(purge, lost), run };
    },
    async runDelete({ id, by }) {
      const { run } = await change(id, (now) => deleteRun(state, operatorNamed(by), id, now));
      return { run };
    },
    async runPriority({ id, by, priority, throughput }) {
      const changes = { priority, ...(throughput === undefined ? {} : { throughput }) };
      const { run } = await change(id, (now) =>
        modifyRun(state, operatorNamed(by), id, changes, now, { mayRevive: false }),
      );
      return { run };
    },
  };
}

function purgeText(purge: Purge, lost: readonly string[]): string {
  if (!purge.purged) return purge.reason;
  return purge.needsGames ? `it needs games and stays finished: ${lostNetsText(lost)}` : '';
}

async function listRuns(
  { state, reader }: ServiceParts,
  { state: wanted, username, limit = DEFAULT_LIMIT }: Parameters<AdminService['runList']>[0],
): ReturnType<AdminService['runList']> {
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
}

async function showRun({ state, reader }: ServiceParts, id: string): ReturnType<AdminService['runShow']> {
  if (!isObjectId(id)) throw new AdminError(404, `there is no run ${id}`);
  const slot = state.runs.find(id);
  if (slot >= 0) {
    const { tasks, workers } = liveTasks(state, slot);
    return { run: runDetail(liveHead(state, slot), tasks, workers) };
  }
  const head = await reader.run(id);
  if (head === undefined) throw new OperationRefused('unknown', `there is no run ${id}`);
  const counts = { total: 0, active: 0, bad: 0 };
  for await (const task of reader.tasks(id)) {
    counts.total++;
    if (task.bad) counts.bad++;
  }
  return { run: runDetail(head, counts, []) };
}
