/**
 * What ended of an owner's tests since the last visit, on top of "My tests" (docs/spec/web-ui.md §4.5). A cookie remembers when
 * that was: pages that are looked at one after the other are one visit.
 */
import { type Html, html, NOTHING } from '../html.js';
import { setUiCookie, uiCookie } from '../ui-cookies.js';
import type { Visit } from '../visit.js';
import { agoTag } from './ago.js';
import type { FinishedPage } from './finished-list.js';
import { visibleText } from './info-text.js';
import { resultWordOf } from './run-rows.js';

/** Who comes back later begins another visit. */
const VISIT_MS = 30 * 60_000;
const MOST_SHOWN = 10;

/** @param prefix of the page's cookies @param finished the newest of the owner's finished tests */
export function endedSince(visit: Visit, prefix: string, { heads, total }: FinishedPage): Html | '' {
  const { now } = visit;
  const name = `${prefix}seen`;
  const [since = now, last = now] = uiCookie(visit, name).split('.').map(instantOf);
  const begin = now - last > VISIT_MS ? last : since;
  setUiCookie(visit, name, `${begin}.${now}`);
  const ended = heads.filter((head) => head.last_updated > begin);
  if (ended.length === 0) return NOTHING;
  const more = ended.length - MOST_SHOWN;
  return html`<section class="card warnings" aria-labelledby="ended-title"><div class="head"><h2 id="ended-title">Ended since your last visit</h2><span class="note">${ended.length === heads.length && heads.length < total ? `${ended.length} or more` : ended.length}</span></div>
<ul>${ended
    .slice(0, MOST_SHOWN)
    .map(
      (head) =>
        html`<li><a href="/tests/view/${head._id}">${visibleText(head.args.new_tag ?? head._id)}</a> <span class="pill">${resultWordOf(head)}</span> <span class="note">${agoTag(head.last_updated, now)}</span></li>`,
    )}${more > 0 ? html`<li class="note">and ${more} more below</li>` : NOTHING}</ul></section>`;
}

/** Undefined for what no page of ours wrote. */
function instantOf(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
