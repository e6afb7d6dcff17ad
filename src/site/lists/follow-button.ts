/** The star beside a test that goes on; a script shows it and knows what is followed (browser/stars.ts). */
import type { RunHead } from '../../store/port.js';
import { type Html, html, NOTHING } from '../html.js';
import { visibleText } from './info-text.js';

export function followButton({ _id: id, args, finished }: RunHead): Html | '' {
  if (finished) return NOTHING;
  const name = visibleText(args.new_tag ?? '');
  return html`<button type="button" class="star scripted-only" data-follow="${id}" data-tag="${name}" aria-pressed="false" title="Be told when it ends"><span class="hidden">Follow ${name}</span></button>`;
}
