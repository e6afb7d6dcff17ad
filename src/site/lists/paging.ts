/** Pages of lists, and heads of columns that sort them (docs/spec/web-ui.md §3). */
import { numberIn } from '../../rules/parse-number.js';
import { type Html, html, NOTHING } from '../html.js';

/** Rows that `view=all` shows. */
export const MOST_ROWS = 5_000;
const AROUND = 2;

export interface Paging {
  /** From 1. */
  readonly page: number;
  readonly pages: number;
  readonly skip: number;
  readonly size: number;
}

/** The page that is asked for: not a number or less than 1 is the first. */
export function pageNumber(text: string | null): number {
  const page = Math.trunc(numberIn(text ?? ''));
  return Number.isSafeInteger(page) && page >= 1 ? page : 1;
}

/** A page too far is the last. */
export function paging(asked: number, total: number, size: number): Paging {
  const pages = Math.max(1, Math.ceil(total / size));
  const page = Math.min(asked, pages);
  return { page, pages, skip: (page - 1) * size, size };
}

/** Nothing for a single page. @param address of a page */
export function pageLinks({ page, pages }: Paging, address: (page: number) => string): Html | '' {
  if (pages === 1) return NOTHING;
  const numbers = [...new Set([1, ...around(page, pages), pages])];
  const link = (to: number, text: string, rel: Html | '' = NOTHING) =>
    html`<li><a href="${address(to)}"${rel}>${text}</a></li>`;
  const items = numbers.flatMap((number, i) => [
    ...(number - (numbers[i - 1] ?? number) > 1 ? [html`<li class="gap" aria-hidden="true">…</li>`] : []),
    number === page
      ? html`<li><a href="${address(number)}" aria-current="page">${number}</a></li>`
      : link(number, String(number)),
  ]);
  return html`<nav class="pages" aria-label="Pages"><ul>
${page > 1 ? link(page - 1, 'Prev', html` rel="prev"`) : NOTHING}${items}${page < pages ? link(page + 1, 'Next', html` rel="next"`) : NOTHING}
</ul></nav>`;
}

function around(page: number, pages: number): number[] {
  const first = Math.max(1, page - AROUND);
  const last = Math.min(pages, page + AROUND);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

export type SortOrder = 'asc' | 'desc';

export interface Sorting<K extends string> {
  readonly sort: K;
  readonly order: SortOrder;
}

/** Unknown keys and orders become the default. @param first the order of each key when it is chosen */
export function sorting<K extends string>(
  given: { readonly sort: string | null; readonly order: string | null },
  first: Readonly<Record<K, SortOrder>>,
  fallback: K,
): Sorting<K> {
  const sort = given.sort !== null && Object.hasOwn(first, given.sort) ? (given.sort as K) : fallback;
  const order = given.order === 'asc' || given.order === 'desc' ? given.order : first[sort];
  return { sort, order };
}

export interface SortHead<K extends string> {
  readonly key: K;
  readonly title: string;
  readonly isNumber?: boolean;
}

/** A link that sorts by the column; the current one turns round. @param attributes for a script */
export function sortHead<K extends string>(
  { key, title, isNumber }: SortHead<K>,
  now: Sorting<K>,
  first: Readonly<Record<K, SortOrder>>,
  address: (to: Sorting<K>) => string,
  attributes: (url: string) => Html | '' = () => NOTHING,
): Html {
  const isCurrent = key === now.sort;
  const turned = now.order === 'asc' ? 'desc' : 'asc';
  const url = address({ sort: key, order: isCurrent ? turned : first[key] });
  const state = isCurrent ? html` aria-sort="${now.order === 'asc' ? 'ascending' : 'descending'}"` : NOTHING;
  return html`<th scope="col"${state}${isNumber === true ? html` class="n"` : NOTHING}><a href="${url}"${attributes(url)}>${title}</a></th>`;
}

/** An address with those parameters that are not empty. */
export function addressOf(
  path: string,
  params: Readonly<Record<string, string | number | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}
