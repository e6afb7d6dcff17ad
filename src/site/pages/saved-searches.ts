/** Searches of finished tests that an account keeps: saved from the search, listed there and on the profile (docs/spec/web-ui.md §4.4). */
import {
  LONGEST_SEARCH_NAME,
  removeSearch,
  type SavedSearch,
  saveSearch,
} from '../../operations/account/saved-search.js';
import { actorOf } from '../../operations/actor.js';
import { OperationRefused } from '../../operations/refusal.js';
import { textInput } from '../fields.js';
import { type Html, html, NOTHING } from '../html.js';
import { tokenField } from '../layout.js';
import { type AskedSearch, askedSearch, searchParams } from '../lists/asked-search.js';
import { visibleText } from '../lists/info-text.js';
import { addressOf } from '../lists/paging.js';
import { type Outcome, redirect, type Visit } from '../visit.js';

const SEARCH = '/tests/finished';

export async function saveSearchPage(visit: Visit): Promise<Outcome> {
  const { parts, form, member, now } = visit;
  const search = sentSearch(visit);
  if (!search.isAsked) {
    visit.flash('error', 'A search that asks for nothing is not saved.');
    return redirect(urlOf(search));
  }
  const named = { name: form.text('name'), query: queryOf(search) };
  try {
    const { sequence } = await saveSearch(parts, actorOf(member), named, now);
    visit.waitFor(sequence);
    visit.flash('note', `The search ${visibleText(named.name)} is saved.`);
  } catch (error) {
    if (!(error instanceof OperationRefused)) throw error;
    visit.flash('error', `${error.message}.`);
  }
  return redirect(urlOf(search));
}

export function removeSearchPage(visit: Visit): Outcome {
  const { parts, form, member } = visit;
  const name = form.text('name');
  visit.waitFor(removeSearch(parts.state, actorOf(member), name).sequence);
  visit.flash('note', `The search ${visibleText(name)} is deleted.`);
  return redirect(form.has('query') ? urlOf(sentSearch(visit)) : '/user');
}

/** On the page of a search. */
export function searchesOfSearch(visit: Visit, searches: readonly SavedSearch[], now: AskedSearch): Html {
  const query = queryOf(now);
  const known = searches.find(({ doc }) => doc.query === query);
  const save = html`<form method="post" action="/user_searches" class="save-search">${tokenField(visit.session.requireToken())}<input type="hidden" name="query" value="${query}">
${textInput({ name: 'name', label: 'Name of this search', isRequired: true, maxLength: LONGEST_SEARCH_NAME })}<button type="submit">Save this search</button></form>`;
  if (searches.length === 0 && !now.isAsked) return html``;
  return html`<section class="saved-searches" aria-labelledby="saved-searches-title"><h2 id="saved-searches-title"${searches.length === 0 ? html` class="hidden"` : NOTHING}>Saved searches</h2>
${searches.length === 0 ? NOTHING : searchList(visit, searches, query)}
${now.isAsked && known === undefined ? save : NOTHING}</section>`;
}

/** On the profile. */
export function searchesCard(visit: Visit, searches: readonly SavedSearch[]): Html {
  return html`<section class="card medium" aria-labelledby="searches-title">
<div class="head"><h2 id="searches-title">Saved searches</h2><a href="${SEARCH}?mode=search">Search</a></div>
${searches.length === 0 ? html`<p class="empty">None yet: the page of a search saves it.</p>` : searchList(visit, searches)}
</section>`;
}

/** @param query of the page that the list stands on; absent: the profile */
function searchList(visit: Visit, searches: readonly SavedSearch[], query?: string): Html {
  const token = visit.session.requireToken();
  const back = query === undefined ? NOTHING : html`<input type="hidden" name="query" value="${query}">`;
  return html`<ul class="searches">${searches.map(({ doc }) => {
    const name = visibleText(doc.name);
    const current = doc.query === query ? html` aria-current="page"` : NOTHING;
    return html`<li><a href="${SEARCH}?${doc.query}"${current}>${name}</a>
<form method="post" action="/user_searches/remove" data-confirm="Delete the search ${name}?">${tokenField(token)}<input type="hidden" name="name" value="${doc.name}">${back}<button type="submit" class="quiet small">Delete<span class="hidden"> the search ${name}</span></button></form></li>`;
  })}</ul>`;
}

/** What a form sends is read as an address is. */
function sentSearch({ form, account }: Visit): AskedSearch {
  return askedSearch({ query: new URLSearchParams(form.text('query')), account });
}

function queryOf(search: AskedSearch): string {
  return urlOf(search).slice(SEARCH.length + 1);
}

function urlOf(search: AskedSearch): string {
  return addressOf(SEARCH, searchParams(search));
}
