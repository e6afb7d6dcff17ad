/** Who blocked and unblocked a worker, when and why, newest first (docs/spec/web-ui.md §4.13). */
import { parseSearch } from '../../rules/search-text.js';
import { type Html, html, NOTHING } from '../html.js';
import { infoText, visibleText } from '../lists/info-text.js';
import { longDate, timeTag } from '../run-parts.js';
import type { Visit } from '../visit.js';

/** Changes of one worker that are looked at, and shown. */
const MOST = 20;
/** An event has whole microseconds, a record whole milliseconds. */
const ROUNDING_MS = 2;

export interface BlockChange {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly by: string;
  readonly what: 'blocked' | 'unblocked' | 'reason changed';
  /** Undefined where the event alone is left. */
  readonly reason: string | undefined;
}

/** The changes that events tell of. */
export async function blockEvents(visit: Visit, name: string): Promise<BlockChange[]> {
  const text = parseSearch(`"${name}"`);
  if (text === undefined) return [];
  const search = { kinds: ['block_worker'], text, cap: MOST, skip: 0, limit: MOST };
  const { items } = await visit.parts.reader.searchActions(search);
  return items
    .filter(({ worker }) => worker === name)
    .map(({ time, username = '', message }) => ({
      at: time * 1_000,
      by: username,
      what: message === 'blocked' ? 'blocked' : 'unblocked',
      reason: undefined,
    }));
}

/** Events know no reasons, and the records that do know none from before there were such records. */
export async function blockHistory(
  visit: Visit,
  owner: string,
  name: string,
  events: readonly BlockChange[],
): Promise<BlockChange[]> {
  const records = await visit.parts.reader.siteRecordsOf('workerBlock', owner);
  const known = records
    .filter(({ doc, expires }) => doc.worker === name && expires > visit.now)
    .map(({ doc }): BlockChange => {
      const turned = doc.isBlocked ? 'blocked' : 'unblocked';
      return { at: doc.made, by: doc.by, what: doc.isChange ? turned : 'reason changed', reason: doc.reason };
    });
  const others = events.filter(({ at }) => !known.some((each) => Math.abs(each.at - at) < ROUNDING_MS));
  return [...known, ...others].sort((a, b) => b.at - a.at).slice(0, MOST);
}

export function historyCard(changes: readonly BlockChange[]): Html | '' {
  if (changes.length === 0) return NOTHING;
  return html`<section class="card medium" id="block-history" aria-labelledby="history-title">
<div class="head"><h2 id="history-title">History</h2><span class="note">the latest changes, ${MOST} at most</span></div>
<div class="scroll" tabindex="0" role="group" aria-labelledby="history-title"><table><caption class="hidden">Changes of the block</caption>
<thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">Reason</th></tr></thead>
<tbody>${changes.map(
    ({ at, by, what, reason }) =>
      html`<tr><td class="nowrap">${timeTag(at, longDate(at))}</td><td>${visibleText(by)}</td><td class="nowrap">${what}</td><td><div class="prose">${infoText(reason ?? '')}</div></td></tr>`,
  )}</tbody></table></div></section>`;
}
