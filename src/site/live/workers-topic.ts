/** When workers were last heard of. Which of them a table shows, and with which links, is each viewer's own. */
import { scanTasks } from '../../jobs/scan.js';
import { TaskFlag, TaskFloat, TaskWord } from '../../state/task-record.js';
import { agoTag } from '../lists/ago.js';
import { unfinishedRuns, workersStamp } from '../lists/unfinished-runs.js';
import { seenId } from '../lists/workers-table.js';
import type { LivePart, TopicCall, TopicContent } from './topic-content.js';

const MOST_CELLS = 2_000;

export async function workersTopic({ parts, now, since }: TopicCall): Promise<TopicContent> {
  const { runs, tasks } = parts.state;
  const { i32, f64 } = tasks.records;
  const cells: LivePart[] = [];
  for (const slot of runs.unfinished()) {
    const runId = runs.id(slot);
    scanTasks(parts.state, slot, (taskId, offset) => {
      const lastUpdated = f64[offset / 2 + TaskFloat.lastUpdated]!;
      const isActive = (i32[offset + TaskWord.flags]! & TaskFlag.active) !== 0;
      if (!isActive || lastUpdated < since || cells.length >= MOST_CELLS) return;
      cells.push([seenId({ runId, taskId }), agoTag(lastUpdated, now)]);
    });
    // Other calls of the thread pass in between.
    await new Promise(setImmediate);
  }
  return { stamp: workersStamp(await unfinishedRuns(parts, 0)), parts: cells };
}
