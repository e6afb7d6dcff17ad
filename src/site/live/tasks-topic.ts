/** The tasks of one test: rows that changed. Search, order, page and links to games are each viewer's own. */
import { scanTasks } from '../../jobs/scan.js';
import type { TaskDocument } from '../../model/documents.js';
import { readTask } from '../../state/task-document.js';
import { TaskFloat } from '../../state/task-record.js';
import { findRun } from '../test-page/find-run.js';
import { countTasks, taskFacts } from '../test-page/run-tasks.js';
import { TaskRow } from '../test-page/task-rows.js';
import { taskCells, tasksStamp } from '../test-page/task-table.js';
import type { TopicCall, TopicContent } from './topic-content.js';

/** The table shows 25; those of others are sent to no purpose. */
const MOST_ROWS = 500;

export async function tasksTopic({ parts, key, now, since }: TopicCall): Promise<TopicContent | undefined> {
  const head = await findRun({ parts }, key);
  const count = countTasks(parts, key);
  if (head === undefined || count === undefined) return undefined;
  const { chi2 } = await taskFacts(parts, head, now);
  return {
    stamp: tasksStamp(count, head),
    parts: changedTasks(parts.state, key, since).map(([idx, task]) => [
      `task-${idx}`,
      taskCells(head, new TaskRow(idx, task, chi2)),
    ]),
    isLast: head.finished,
  };
}

function changedTasks(
  state: TopicCall['parts']['state'],
  runId: string,
  since: number,
): [number, TaskDocument][] {
  const { runs, tasks } = state;
  const { f64 } = tasks.records;
  const slot = runs.find(runId);
  const changed: [number, TaskDocument][] = [];
  if (slot < 0) return changed;
  // The scan holds the run's lock while it shows a task.
  scanTasks(state, slot, (taskId, offset) => {
    if (f64[offset / 2 + TaskFloat.lastUpdated]! < since || changed.length >= MOST_ROWS) return;
    const task = readTask(state, offset);
    if (task.bad === undefined) changed.push([taskId, task]);
  });
  return changed;
}
