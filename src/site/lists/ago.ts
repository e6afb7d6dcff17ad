/** How long ago something was, as people say it. */
import { type Html, html } from '../html.js';
import { longDate } from '../run-parts.js';

const STEPS = [
  [86_400 * 365, 'year'],
  [86_400 * 30, 'month'],
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
] as const;

export function agoText(ms: number, now: number): string {
  const seconds = Math.max(0, (now - ms) / 1_000);
  for (const [length, unit] of STEPS) {
    const count = Math.floor(seconds / length);
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
  }
  return 'seconds ago';
}

/** The hint has the time itself. */
export function agoTag(ms: number, now: number): Html {
  return html`<time datetime="${new Date(ms).toISOString()}" data-local data-ago title="${longDate(ms)} UTC">${agoText(ms, now)}</time>`;
}
