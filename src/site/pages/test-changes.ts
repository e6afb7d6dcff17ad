/** The changes of one test: a part of its page, or a page of its own without scripts (docs/spec/web-ui.md §4.6.5). */
import { html } from '../html.js';
import { findRun, runIdOf } from '../test-page/find-run.js';
import { runTitle } from '../test-page/run-title.js';
import { findDiff } from '../test-page/test-diff.js';
import type { Outcome, Visit } from '../visit.js';
import { noSuchTest } from './view-test.js';

/** Two commits differ by the same for ever; how that is shown may change with the next version. */
const KEEP = 'private, max-age=86400';

export async function testDiff(visit: Visit): Promise<Outcome> {
  const head = await findRun(visit, runIdOf(visit.params['id']!));
  if (head === undefined) return noSuchTest();
  const { card, isFound } = await findDiff(visit, head, visit.query.has('auto'));
  if (visit.wantsFragment) {
    return { kind: 'fragment', body: card, ...(isFound && { headers: [['Cache-Control', KEEP]] as const }) };
  }
  const title = runTitle(head);
  const body = html`<div class="page-head"><h1><a href="/tests/view/${head._id}">${title}</a></h1></div>
${card}`;
  return { kind: 'page', title: `Changes of ${title}`, body, scripts: ['diff'] };
}
