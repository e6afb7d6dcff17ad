/** What a test is called, as a text: in the page's title, its head and in messages (docs/spec/web-ui.md §4.6.1). */
import type { RunHead } from '../../store/port.js';
import { visibleText } from '../lists/info-text.js';

export function runTitle({ args }: RunHead): string {
  const name = visibleText(args.new_tag ?? '');
  if (args.spsa !== undefined) return `SPSA ${name}`;
  const pair = `${name} vs ${visibleText(args.base_tag ?? '')}`;
  return args.sprt === undefined ? `${args.num_games} games - ${pair}` : `SPRT ${pair}`;
}
