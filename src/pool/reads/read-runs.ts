/** Runs and tasks for the public API: from memory where the run is live, else from the store. */

import type { Results, Sprt, TaskDocument } from '../../model/documents.js';
import type { Context } from '../../operations/context.js';
import { withRun } from '../../operations/worker/resolve-task.js';
import { isUndecidable } from '../../rules/sprt-bounds.js';
import { type SprtElo, sprtElo, sprtInterval } from '../../rules/sprt-elo.js';
import { readResults, readSprt } from '../../rules/stored-run.js';
import { isRecord } from '../../rules/stored-values.js';
import { listedRun, shownTask, singleRun } from '../../state/public-views.js';
import { readHead } from '../../state/run-document.js';
import { readTask } from '../../state/task-document.js';
import type { Reader, RunHead } from '../../store/port.js';
import type { FinishedRunsQuery } from '../../store/queries.js';
import { type ReadAnswer, type ReadCall, refused } from './read-call.js';

const PAGE_SIZE = 50;
/** No store skips as far as the first run of a page beyond this one. */
const LAST_PAGE = 1_000_000_000;
const RUN_ID = /^[0-9a-f]{24}$/i;
const TASK_ID = /^(\d{1,9})(bad)?$/;
const TIMESTAMP = /^\d{10}(?:\.\d+)?$/;

/** Unfinished runs, oldest first, by id. Without `live` state the store has them. */
export async function activeRuns(context: Context, reader: Reader, live: boolean): Promise<ReadAnswer> {
  const texts: [id: string, text: string][] = [];
  const add = (head: RunHead | undefined) => {
    if (head === undefined || head.finished) return;
    texts.push([head._id, `"${head._id}":${JSON.stringify(listedRun(head))}`]);
  };
  if (live) {
    const { runs } = context.state;
    for (const slot of runs.unfinished()) add(liveHead(context, runs.id(slot)));
  } else {
    for await (const head of reader.unfinishedRuns()) add(head);
  }
  texts.sort(([a], [b]) => (a < b ? -1 : 1));
  return { kind: 'json', json: `{${texts.map(([, text]) => text).join()}}` };
}

export async function finishedRuns(reader: Reader, { query }: ReadCall): Promise<ReadAnswer> {
  const page = query['page'] ?? '';
  if (page === '') return refused(400, 'Please provide a Page number.');
  if (!/^\d+$/.test(page) || /^0+$/.test(page)) return refused(400, 'Please provide a valid Page number.');
  const timestamp = query['timestamp'] ?? '';
  if (timestamp !== '' && !TIMESTAMP.test(timestamp)) {
    return refused(400, 'Please provide a valid UNIX timestamp.');
  }
  if (Number(page) > LAST_PAGE) return { kind: 'json', json: '{}' };
  const wanted: FinishedRunsQuery = { skip: (Number(page) - 1) * PAGE_SIZE, limit: PAGE_SIZE };
  if (query['username']) wanted.username = query['username'];
  if (query['success_only']) wanted.successOnly = true;
  if (query['yellow_only']) wanted.yellowOnly = true;
  if (query['ltc_only']) wanted.ltcOnly = true;
  if (timestamp !== '') wanted.since = Number(timestamp) * 1000;
  const heads = await reader.finishedRuns(wanted);
  const members = heads.map((head) => `"${head._id}":${JSON.stringify(listedRun(head))}`);
  return { kind: 'json', json: `{${members.join()}}` };
}

export async function getRun(context: Context, reader: Reader, { params }: ReadCall): Promise<ReadAnswer> {
  const head = await findHead(context, reader, params[0]!);
  if (head === undefined) return noRun(params[0]!);
  return { kind: 'json', json: JSON.stringify(singleRun(head)), cors: true };
}

/** The run with the estimate of its test; empty when it is none. */
export async function getElo(context: Context, reader: Reader, { params }: ReadCall): Promise<ReadAnswer> {
  const head = await findHead(context, reader, params[0]!);
  if (head === undefined) return noRun(params[0]!);
  const stored: unknown = (head.args as RunHead['args'] | undefined)?.sprt;
  if (!isRecord(stored)) return { kind: 'json', json: '{}' };
  const sprt = readSprt(stored);
  const eloModel = sprt.elo_model ?? 'BayesElo';
  const shown = { ...stored, elo_model: eloModel } as Sprt;
  const run = singleRun({ ...head, args: { ...head.args, sprt: shown } });
  const estimate = isUndecidable({ ...sprt, elo_model: eloModel })
    ? { elo: null, undecidable: true }
    : { elo: eloWithLlr(readResults(head.results), { ...sprt, elo_model: eloModel }) };
  return { kind: 'json', json: JSON.stringify({ ...run, ...estimate }) };
}

/** One-sided results have no exact LLR: then that of the live test is shown (docs/spec/statistics.md §8). */
function eloWithLlr(results: Results, sprt: Sprt): SprtElo {
  const input = { ...sprt, eloModel: sprt.elo_model };
  try {
    return sprtElo(results, input);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { ...sprtInterval(results, input), LLR: sprt.llr };
  }
}

export async function getTask(context: Context, reader: Reader, { params }: ReadCall): Promise<ReadAnswer> {
  const [id, number] = params as [string, string];
  const asked = TASK_ID.exec(number);
  const task =
    RUN_ID.test(id) && asked !== null ? await findTask(context, reader, id.toLowerCase(), asked) : undefined;
  if (task === undefined) return refused(404, `The task ${id}/${number} does not exist`);
  return { kind: 'json', json: JSON.stringify(shownTask(task)) };
}

async function findTask(context: Context, reader: Reader, runId: string, [, digits, bad]: RegExpExecArray) {
  const taskId = Number(digits);
  if (bad !== undefined) return (await reader.badTasks(runId))[taskId];
  const live = liveTask(context, runId, taskId);
  if (live === 'none') return undefined;
  const stored = await reader.task(runId, taskId);
  if (live === 'not in memory' || stored === undefined) return live === 'not in memory' ? stored : live;
  // Members that memory does not know are the store's.
  const { bad: _bad, spsa_params: _params, ...extra } = stored;
  return { ...extra, ...live };
}

function liveTask(context: Context, runId: string, taskId: number): TaskDocument | 'none' | 'not in memory' {
  const { state } = context;
  const task = withRun(context, runId, (slot) => {
    const offset = state.tasks.offsetOf(slot, taskId);
    return offset < 0 ? 'none' : readTask(state, offset);
  });
  return typeof task === 'symbol' ? 'not in memory' : task;
}

async function findHead(context: Context, reader: Reader, id: string): Promise<RunHead | undefined> {
  if (!RUN_ID.test(id)) return undefined;
  const runId = id.toLowerCase();
  return liveHead(context, runId) ?? (await reader.run(runId));
}

function liveHead(context: Context, runId: string): RunHead | undefined {
  const head = withRun(context, runId, (slot) => readHead(context.state, slot));
  return typeof head === 'symbol' ? undefined : head;
}

function noRun(id: string): ReadAnswer {
  return refused(404, `The run ${id} does not exist`);
}
