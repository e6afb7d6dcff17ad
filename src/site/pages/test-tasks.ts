/** The tasks of one test: a part of its page, or a page of its own without scripts (docs/spec/web-ui.md §4.7). */
import { html } from '../html.js';
import { findRun, runIdOf } from '../test-page/find-run.js';
import { taskFacts } from '../test-page/run-tasks.js';
import { runTitle } from '../test-page/run-title.js';
import { taskTable } from '../test-page/task-table.js';
import type { Outcome, Visit } from '../visit.js';
import { noSuchTest } from './view-test.js';

export async function testTasks(visit: Visit): Promise<Outcome> {
  const head = await findRun(visit, runIdOf(visit.params['id']!));
  if (head === undefined) return noSuchTest();
  const table = await taskTable(visit, head, await taskFacts(visit.parts, head, visit.now));
  if (visit.wantsFragment) return { kind: 'fragment', body: table };
  const title = runTitle(head);
  const body = html`<div class="page-head"><h1><a href="/tests/view/${head._id}">${title}</a></h1></div>
${table}`;
  return { kind: 'page', title: `Tasks of ${title}`, body };
}
