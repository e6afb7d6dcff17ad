/**
 * Panels that open and close: what is closed is not made. A button in each heading turns it, with a script in place, without
 * one by a page of its own; a cookie remembers it (docs/spec/web-ui.md §4.1).
 */
import { type Html, html, NOTHING } from '../html.js';
import { setUiCookie, uiCookie } from '../ui-cookies.js';
import { type Outcome, redirect, type Visit } from '../visit.js';

/** The label of the next action, so that `Hide` means open. */
type Label = 'Show' | 'Hide';

export interface PanelPlace {
  /** Where the panel's page is, without parameters. */
  readonly path: string;
  /** Before the names of cookies. */
  readonly prefix: string;
}

export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly count: string;
  readonly isOpen: boolean;
  /** Beside the heading. */
  readonly aside?: Html | '';
  readonly body: Html | '';
  /** News of the page leave it as it is. */
  readonly isApart?: boolean;
}

export function isPanelOpen(visit: Visit, { prefix }: PanelPlace, id: string, fallback: boolean): boolean {
  const label = uiCookie(visit, `${prefix}${id}_state`);
  return label === 'Show' || label === 'Hide' ? label === 'Hide' : fallback;
}

/** What `?panel=…&state=…` asks for: undefined when it asks for no panel that is there. */
export function askedPanel(
  visit: Visit,
  { prefix }: PanelPlace,
  ids: readonly string[],
): { id: string; isOpen: boolean } | undefined {
  const id = visit.query.get('panel') ?? '';
  const label: Label = visit.query.get('state') === 'Show' ? 'Show' : 'Hide';
  if (!ids.includes(id)) return undefined;
  setUiCookie(visit, `${prefix}${id}_state`, label);
  return { id, isOpen: label === 'Hide' };
}

/** The turned panel for a script, or the whole page again. */
export function turnedPanel(visit: Visit, place: PanelPlace, panel: () => Html): Outcome {
  return visit.wantsFragment ? { kind: 'fragment', body: panel() } : redirect(place.path);
}

export function panelCard({ path }: PanelPlace, panel: Panel): Html {
  const { id, title, count, isOpen, aside = NOTHING, body, isApart = false } = panel;
  const next: Label = isOpen ? 'Show' : 'Hide';
  return html`<section class="card panel" id="${id}" aria-labelledby="${id}-toggle"${isApart ? html` hx-morph-skip` : NOTHING}>
<div class="head"><form method="get" action="${path}" hx-get="${path}" hx-target="#${id}" hx-swap="outerHTML">
<input type="hidden" name="panel" value="${id}"><input type="hidden" name="state" value="${next}">
<h2><button type="submit" class="disclosure" id="${id}-toggle" aria-expanded="${String(isOpen)}">${title} <span class="note" id="${id}-count">${count}</span></button></h2>
</form>${isOpen ? aside : NOTHING}</div>
${isOpen ? body : NOTHING}
</section>`;
}

export function countText(shown: number, all: number, noun: string): string {
  const counted = shown === all ? String(all) : `${shown} (${all})`;
  return `${counted} ${noun}${all === 1 ? '' : 's'}`;
}
