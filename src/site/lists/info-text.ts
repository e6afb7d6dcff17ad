/** What people wrote, as a page shows it: line breaks stay, web addresses are links, nothing else means anything. */
import { type Html, html, NOTHING } from '../html.js';

const LONGEST = 5_000;
const SHOWN_LINES = 3;
const SHOWN_LENGTH = 300;
const ADDRESS = /\bhttps?:\/\/[^\s<>"'`\p{C}]+/gu;
/** Punctuation that ends a sentence, not an address. */
const TAIL = /[.,;:!?)\]}]+$/;
/** Control characters, and those that turn the direction of a text. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Each character that is not seen is shown as a box. */
export function visibleText(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(UNSEEN, (char) => (char === '\n' || char === '\t' ? char : '\u25A1'));
}

/** All of it. */
export function infoText(given: string): Html[] {
  const text = given.slice(0, LONGEST);
  const parts: Html[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = found.replace(TAIL, '');
    if (!URL.canParse(address)) continue;
    parts.push(html`${visibleText(text.slice(from, index))}`);
    parts.push(html`<a href="${address}" rel="noopener noreferrer nofollow">${address}</a>`);
    from = index + address.length;
  }
  return [...parts, html`${visibleText(text.slice(from))}${given.length > LONGEST ? '…' : NOTHING}`];
}

/** The first lines, and the rest on request. */
export function shortInfo(given: string): Html {
  const lines = given.split(/\r?\n/);
  const isLong = lines.length > SHOWN_LINES || given.length > SHOWN_LENGTH;
  if (!isLong) return html`<div class="prose">${infoText(given)}</div>`;
  const first = lines.slice(0, SHOWN_LINES).join('\n').slice(0, SHOWN_LENGTH);
  return html`<details class="long"><summary><span class="prose">${visibleText(first)}…</span> <span class="more">more</span></summary>
<div class="prose">${infoText(given)}</div></details>`;
}
