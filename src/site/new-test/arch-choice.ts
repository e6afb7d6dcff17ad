/** Which architectures pass a filter, matched by the engine that the scheduler uses. */
import { knownWorkerArchs } from '../../protocol/configured-names.js';
import { matchArchs } from '../../rules/arch-filter.js';
import { type Html, html, NOTHING } from '../html.js';

export function archChoice(pattern: string): Html | '' {
  if (pattern.trim() === '') return NOTHING;
  const archs = knownWorkerArchs();
  const found = matchArchs(pattern.trim(), archs);
  if ('error' in found) return html`<span class="problem">It cannot be used: ${found.error}</span>`;
  const matching = archs.filter((_, i) => found.matches[i]);
  if (matching.length === 0) return html`<span class="problem">No architecture matches.</span>`;
  if (matching.length === archs.length) return html`<span class="note">All architectures match.</span>`;
  return html`<span class="good">${matching.length} match: ${matching.join(', ')}</span>`;
}
