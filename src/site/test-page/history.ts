/** What people, and the end of the test itself, did to it: the newest events, oldest first. */
import type { ActionDocument, ActionKind } from '../../model/documents.js';
import type { RunHead } from '../../store/port.js';
import { type Html, html, NOTHING } from '../html.js';
import { shownMessage } from '../lists/event-parts.js';
import { longDate, timeTag } from '../run-parts.js';
import type { Visit } from '../visit.js';

const MOST = 50;
const KINDS: Readonly<Partial<Record<ActionKind, string>>> = {
  new_run: 'submitted',
  approve_run: 'approval',
  modify_run: 'modified',
  stop_run: 'stopped',
  purge_run: 'purge',
  delete_run: 'deleted',
  finished_run: 'finished',
};

/** Newest first. */
export async function readHistory({ parts }: Visit, { _id }: RunHead): Promise<readonly ActionDocument[]> {
  const kinds = Object.keys(KINDS) as ActionKind[];
  return await parts.reader.actions({ runId: _id, kinds, limit: MOST });
}

export function historyCard(events: readonly ActionDocument[]): Html | '' {
  if (events.length === 0) return NOTHING;
  return html`<section class="card" id="history" aria-labelledby="history-title">
<div class="head"><h2 id="history-title">History</h2></div>
<div class="scroll" tabindex="0" role="group" aria-labelledby="history-title"><table><caption class="hidden">Events of this test</caption>
<thead><tr><th scope="col">Time</th><th scope="col">Event</th><th scope="col">By</th><th scope="col">Comment</th></tr></thead>
<tbody>${events.toReversed().map(
    ({ time, action, username, worker, message }) => html`<tr>
<td class="nowrap">${timeTag(time * 1000, longDate(time * 1000))}</td>
<td>${KINDS[action] ?? action}</td>
<td>${worker ?? username}</td>
<td class="comment">${shownMessage({ action, ...(message !== undefined && { message }) })}</td></tr>`,
  )}</tbody></table></div>
</section>`;
}
