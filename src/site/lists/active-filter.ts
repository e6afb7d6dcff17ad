/** Which active tests are shown: of each group one of the chosen values must fit (docs/spec/web-ui.md §4.1). */
import type { RunHead } from '../../store/port.js';
import { type Html, html, NOTHING } from '../html.js';
import { setUiCookie, uiCookie } from '../ui-cookies.js';
import type { Visit } from '../visit.js';
import { ratioOf } from './run-rows.js';

const COOKIE = 'active_run_filters';
const PANEL_COOKIE = 'active_run_filters_panel';
const LTC_RATIO = 4;

interface Choice {
  readonly value: string;
  readonly label: string;
  readonly fits: (head: RunHead) => boolean;
}

const isLong = (head: RunHead) => ratioOf(head) > LTC_RATIO;
const hasThreads = ({ args }: RunHead) => Number(args.threads ?? 1) > 1;

const GROUPS: readonly { readonly legend: string; readonly choices: readonly Choice[] }[] = [
  {
    legend: 'Type',
    choices: [
      { value: 'sprt', label: 'SPRT', fits: ({ args }) => args.sprt !== undefined },
      { value: 'spsa', label: 'SPSA', fits: ({ args }) => args.spsa !== undefined },
      {
        value: 'numgames',
        label: 'NumGames',
        fits: ({ args }) => args.sprt === undefined && args.spsa === undefined,
      },
    ],
  },
  {
    legend: 'Time control',
    choices: [
      { value: 'stc', label: 'STC', fits: (head) => !isLong(head) },
      { value: 'ltc', label: 'LTC', fits: isLong },
    ],
  },
  {
    legend: 'Threads',
    choices: [
      { value: 'st', label: 'ST', fits: (head) => !hasThreads(head) },
      { value: 'smp', label: 'SMP', fits: hasThreads },
    ],
  },
];
const ALL = GROUPS.flatMap(({ choices }) => choices.map(({ value }) => value));

export interface ActiveFilter {
  readonly chosen: ReadonlySet<string>;
  readonly isOpen: boolean;
}

/** From the address when it has a filter, which is remembered, else from the cookie. */
export function activeFilter(visit: Visit): ActiveFilter {
  const { query } = visit;
  if (!query.has('filter')) {
    const isOpen = uiCookie(visit, PANEL_COOKIE) === 'shown';
    return { chosen: fromCookie(uiCookie(visit, COOKIE)), isOpen };
  }
  // A button's own value comes after that of the form.
  const asked = query.getAll('filter').at(-1);
  const isReset = asked === 'all';
  const chosen = new Set(isReset ? ALL : query.getAll('f').filter((value) => ALL.includes(value)));
  const isOpen = asked !== 'close';
  setUiCookie(visit, COOKIE, chosen.size === 0 ? 'none' : [...chosen].join(','));
  setUiCookie(visit, PANEL_COOKIE, isOpen ? 'shown' : 'hidden');
  return { chosen, isOpen };
}

function fromCookie(text: string): ReadonlySet<string> {
  if (text === 'none') return new Set();
  const known = text.split(',').filter((value) => ALL.includes(value));
  return new Set(known.length === 0 ? ALL : known);
}

export function passesFilter({ chosen }: ActiveFilter, head: RunHead): boolean {
  // In each group something fits.
  if (chosen.size === ALL.length) return true;
  return GROUPS.every(({ choices }) => choices.some(({ value, fits }) => chosen.has(value) && fits(head)));
}

/** A form that works by itself; with a script each tick takes effect at once. */
export function filterForm({ chosen, isOpen }: ActiveFilter): Html {
  const isAll = chosen.size === ALL.length;
  const hidden = (values: Iterable<string>) =>
    [...values].map((value) => html`<input type="hidden" name="f" value="${value}">`);
  if (!isOpen) {
    return html`<form method="get" action="/tests" hx-get="/tests" hx-target="#active" hx-swap="outerHTML" class="row filter-button"><input type="hidden" name="panel" value="active">${hidden(chosen)}
<button type="submit" name="filter" value="open" class="quiet" id="filter-button" aria-expanded="false">Filter${isAll ? NOTHING : html` <span class="pill amber">on</span>`}</button></form>`;
  }
  return html`<form method="get" action="/tests" hx-get="/tests" hx-trigger="change, submit" hx-target="#active" hx-swap="outerHTML" class="filters" id="active-filters">
<input type="hidden" name="panel" value="active"><input type="hidden" name="filter" value="on">
${GROUPS.map(
  ({ legend, choices }) =>
    html`<fieldset class="inline"><legend>${legend}</legend>${choices.map(
      ({ value, label }) =>
        html`<label class="check"><input type="checkbox" name="f" value="${value}" id="filter-${value}"${chosen.has(value) ? html` checked` : NOTHING}> ${label}</label>`,
    )}</fieldset>`,
)}
<button type="submit" class="plain-only">Apply</button>
<button type="submit" name="filter" value="all" class="quiet" id="filter-all">All</button>
<button type="submit" name="filter" value="close" class="quiet" id="filter-button" aria-expanded="true">Close</button>
</form>`;
}
