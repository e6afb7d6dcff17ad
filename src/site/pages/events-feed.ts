/** The newest events as an Atom feed (RFC 4287), with the filters of their page (docs/spec/web-ui.md §4.15). */
import type { ActionDocument } from '../../model/documents.js';
import { html } from '../html.js';
import { sourceText } from '../lists/event-parts.js';
import { type EventFilters, eventFilters, findEvents } from '../lists/event-query.js';
import { describeEvent, eventTitle } from '../lists/event-text.js';
import { visibleText } from '../lists/info-text.js';
import { addressOf } from '../lists/paging.js';
import type { Outcome, Visit } from '../visit.js';

export const FEED_TYPE = 'application/atom+xml';
const PATH = '/actions.atom';
const ENTRIES = 50;

/** The feed of what the page with these filters shows. */
export function feedUrl(filters: EventFilters): string {
  const { before: _before, max_count: _count, ...kept } = filters;
  return addressOf(PATH, kept);
}

export async function eventsFeed(visit: Visit): Promise<Outcome> {
  const { query, request } = visit;
  const filters = eventFilters(query);
  const { items } = await findEvents(visit, filters, { cap: ENTRIES, skip: 0, limit: ENTRIES });
  const site = `${request.scheme}://${request.host}`;
  const own = `${site}${feedUrl(filters)}`;
  const updated = new Date((items[0]?.time ?? 0) * 1_000).toISOString();
  return {
    kind: 'fragment',
    contentType: `${FEED_TYPE}; charset=utf-8`,
    body: html`<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<id>${own}</id>
<title>Events of ${request.host}</title>
<updated>${updated}</updated>
<link rel="self" href="${own}"/>
<link rel="alternate" type="text/html" href="${site}/actions"/>
${items.map((event) => entry(event, site))}
</feed>
`,
  };
}

function entry(event: ActionDocument, site: string) {
  const { _id: id, run_id: runId, time } = event;
  const permanent = addressOf('/actions', { max_count: 1, before: time });
  const url = runId === undefined ? permanent : `/tests/view/${encodeURIComponent(runId)}`;
  return html`<entry>
<id>urn:shoal:event:${id}</id>
<title>${visibleText(eventTitle(event))}</title>
<updated>${new Date(time * 1_000).toISOString()}</updated>
<author><name>${visibleText(sourceText(event)) || 'Shoal'}</name></author>
<link rel="alternate" type="text/html" href="${site}${url}"/>
<summary>${describeEvent(event)}</summary>
</entry>
`;
}
