/** One test: how it does is the same for everybody; the stamp tells when what each viewer may do with it has changed. */
import { displayState } from '../../runtime/run-views.js';
import type { RunHead } from '../../store/port.js';
import { html } from '../html.js';
import { sharePart } from '../test-page/core-share.js';
import { findRun } from '../test-page/find-run.js';
import { resultPart, statePill } from '../test-page/result-card.js';
import { countTasks, taskFacts } from '../test-page/run-tasks.js';
import { openTasks, tasksNote } from '../test-page/task-table.js';
import type { TopicCall, TopicContent } from './topic-content.js';

export async function runTopic({ parts, key, now }: TopicCall): Promise<TopicContent | undefined> {
  const head = await findRun({ parts }, key);
  if (head === undefined) return undefined;
  const facts = await taskFacts(parts, head, now);
  return {
    stamp: runStamp(head),
    parts: [
      ['state-line', statePill(head)],
      ['result', resultPart(head, facts, now)],
      ...(head.finished || !parts.isPrimary ? [] : [['share', await sharePart(parts, head)] as const]),
      ['tasks-note', html`${tasksNote(head)}`],
      ['tasks-open', openTasks(head, countTasks(parts, key) ?? facts.tasks)],
    ],
    isLast: head.finished,
  };
}

/** What controls, warnings, details and history follow from. */
export function runStamp(head: RunHead): string {
  const { approved, approver, deleted, failed, failures, finished, args } = head;
  const { num_games: games, priority, throughput, auto_purge: purges, info } = args;
  return JSON.stringify([
    displayState(head),
    [approved, approver, deleted, failed, failures, finished],
    [games, priority, throughput, purges, info],
  ]);
}
