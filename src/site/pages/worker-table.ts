/** The table of workers as a part of the home page, and for browsers without scripts as a page (docs/spec/web-ui.md §4.3). */
import { html } from '../html.js';
import { machinesPart } from '../lists/workers-table.js';
import type { Outcome, Visit } from '../visit.js';

export async function machines(visit: Visit): Promise<Outcome> {
  const { body, total } = await machinesPart(visit);
  if (visit.wantsFragment)
    return { kind: 'fragment', body, headers: [['Cache-Control', 'private, max-age=10']] };
  return {
    kind: 'page',
    title: 'Workers',
    description: `${total} workers`,
    body: html`<div class="page-head"><h1>Workers</h1></div><section class="card" aria-label="Workers">${body}</section>`,
  };
}
