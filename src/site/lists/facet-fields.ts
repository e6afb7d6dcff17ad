/** Facets of the search of finished tests: as parameters of its address, and as fields of its form (docs/spec/web-ui.md §4.4). */
import { numberIn } from '../../rules/parse-number.js';
import { type FacetCounts, KINDS, RESULTS, type RunFacets } from '../../rules/run-facets.js';
import { type Html, html, NOTHING } from '../html.js';
import type { Visit } from '../visit.js';

const LONGEST = 100;
const DAY_MS = 86_400_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

type Read = (text: string) => Partial<RunFacets> | undefined;

interface Field {
  readonly name: string;
  readonly label: string;
  readonly choices?: readonly string[];
  readonly type?: 'date' | 'checkbox';
  /** Who is not signed in has no such field. */
  readonly isForAccounts?: true;
  readonly hint?: string;
  /** Undefined for what is no value of it, which then counts as absent. */
  readonly read: Read;
}

const FIELDS: readonly Field[] = [
  { name: 'type', label: 'Kind', choices: KINDS, read: (text) => oneOf(KINDS, text, (kind) => ({ kind })) },
  {
    name: 'result',
    label: 'Result',
    choices: RESULTS,
    read: (text) => oneOf(RESULTS, text, (result) => ({ result })),
  },
  { name: 'branch', label: 'Branch', hint: 'part of a name', read: (branch) => ({ branch }) },
  { name: 'book', label: 'Book', hint: 'part of a name', read: (book) => ({ book }) },
  { name: 'tc_min', label: 'Base time from', hint: 'seconds', read: number((tcMin) => ({ tcMin })) },
  { name: 'tc_max', label: 'Base time to', hint: 'seconds', read: number((tcMax) => ({ tcMax })) },
  { name: 'threads', label: 'Threads', hint: '1', read: number((threads) => ({ threads })) },
  { name: 'elo0', label: 'Elo0', hint: '0', read: number((elo0) => ({ elo0 })) },
  { name: 'elo1', label: 'Elo1', hint: '2', read: number((elo1) => ({ elo1 })) },
  { name: 'games_min', label: 'Games at least', hint: '20000', read: number((gamesMin) => ({ gamesMin })) },
  { name: 'from', label: 'Changed from', type: 'date', read: day((from) => ({ from })) },
  { name: 'to', label: 'Changed to', type: 'date', read: day((to) => ({ before: to + DAY_MS })) },
  {
    name: 'deleted',
    label: 'Deleted tests',
    type: 'checkbox',
    isForAccounts: true,
    read: (text) => (text === '1' ? { deleted: true } : undefined),
  },
];

export interface AskedFacets {
  /** Undefined when none is asked for. */
  readonly facets: RunFacets | undefined;
  /** As they stand in the address, those that count alone. */
  readonly given: Readonly<Record<string, string>>;
}

export function askedFacets({ query, account }: Pick<Visit, 'query' | 'account'>): AskedFacets {
  const given: Record<string, string> = {};
  let facets: RunFacets = {};
  for (const { name, read, isForAccounts } of FIELDS) {
    if (isForAccounts && account === undefined) continue;
    const text = (query.get(name) ?? '').trim().slice(0, LONGEST);
    const facet = text === '' ? undefined : read(text);
    if (facet === undefined) continue;
    given[name] = text;
    facets = { ...facets, ...facet };
  }
  return { facets: Object.keys(given).length === 0 ? undefined : facets, given };
}

/** How many tests each choice would find. */
export interface ChoiceCounts {
  readonly counts: FacetCounts;
  /** Not all that fits was looked at. */
  readonly isCut: boolean;
}

/** Open when one of them is asked for. */
export function facetFields(
  { account, isApprover }: Visit,
  { facets, given }: AskedFacets,
  found: ChoiceCounts | undefined,
): Html {
  const count = Object.keys(given).length;
  const shown = FIELDS.filter(({ isForAccounts }) => !isForAccounts || account !== undefined);
  const named = shown.map((field) =>
    field.name === 'deleted' && !isApprover ? { ...field, label: 'Your deleted tests' } : field,
  );
  return html`<details class="facets"${facets === undefined ? NOTHING : html` open`}>
<summary>More filters${count === 0 ? NOTHING : html` (${count})`}</summary>
<div class="facet-fields">${named.map((field) => facetField(field, given[field.name] ?? '', found))}</div>
</details>`;
}

function facetField(field: Field, value: string, found: ChoiceCounts | undefined): Html {
  const { name, label, choices, type, hint } = field;
  const id = `facet-${name}`;
  if (type === 'checkbox') {
    return html`<label class="check"><input type="checkbox" id="${id}" name="${name}" value="1"${value === '' ? NOTHING : html` checked`}> ${label}</label>`;
  }
  const control =
    choices === undefined
      ? html`<input id="${id}" name="${name}" value="${value}"${type === undefined ? html` type="search" placeholder="${hint ?? ''}" maxlength="${LONGEST}" autocapitalize="none"` : html` type="${type}"`} spellcheck="false">`
      : html`<select id="${id}" name="${name}"><option value="">any</option>${choices.map(
          (choice) =>
            html`<option value="${choice}"${choice === value ? html` selected` : NOTHING}>${choice}${countText(found, name, choice)}</option>`,
        )}</select>`;
  return html`<div class="field"><label for="${id}">${label}</label>${control}</div>`;
}

function countText(found: ChoiceCounts | undefined, name: string, choice: string): string {
  if (found === undefined) return '';
  const { kind, result } = found.counts;
  const counts: Readonly<Record<string, number>> = name === 'type' ? kind : result;
  return ` (${counts[choice] ?? 0}${found.isCut ? '+' : ''})`;
}

function oneOf<T extends string>(
  all: readonly T[],
  text: string,
  make: (value: T) => Partial<RunFacets>,
): Partial<RunFacets> | undefined {
  const value = all.find((each) => each === text);
  return value === undefined ? undefined : make(value);
}

function number(make: (value: number) => Partial<RunFacets>): Read {
  return (text) => {
    const value = numberIn(text);
    return Number.isFinite(value) ? make(value) : undefined;
  };
}

/** The first instant of a day, UTC. */
function day(make: (at: number) => Partial<RunFacets>): Read {
  return (text) => {
    const at = DAY.test(text) ? Date.parse(text) : Number.NaN;
    return Number.isNaN(at) ? undefined : make(at);
  };
}
