/** Small parts that show runs: dates, kinds of tests, colours of results as classes. */
import { GREEN, RED } from '../rules/result-box.js';
import type { RunHead } from '../store/port.js';
import { type Html, html } from './html.js';

/** The class of a result box's colour: the policy of the pages allows no style in an element. */
export function resultClass(style: string): 'green' | 'red' | 'yellow' | 'blue' | 'plain-result' {
  if (style === GREEN) return 'green';
  if (style === RED) return 'red';
  if (style === '') return 'plain-result';
  return style === 'yellow' ? 'yellow' : 'blue';
}

/** yy-mm-dd in UTC. @param ms since the epoch */
export function shortDate(ms: number): string {
  return new Date(ms).toISOString().slice(2, 10);
}

/** yyyy-mm-dd hh:mm:ss in UTC. */
export function longDate(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** A time that the script shows in the visitor's zone. */
export function timeTag(ms: number, text: string): Html {
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}" title="${longDate(ms)} UTC">${text}</time>`;
}

export function testKind({ sprt, num_games: games, tc, threads }: RunHead['args']): string {
  return `${sprt === undefined ? String(games) : 'sprt'} @ ${tc} th ${threads ?? 1}`;
}

/** A whole number in groups of three digits. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, '\u202f');
}
