/** The latest entries of the event log. */
import type { Farm } from '../messages.js';
import { ago, byId, el } from './dom.js';

const BAD = /dead|fail|crash|block|delete/;
const GOOD = /approve|finished|accept|new_run/;

export function drawActions({ actions }: Farm): void {
  byId('actions-list').replaceChildren(
    ...(actions.length === 0 ? [el('li', { class: 'empty' }, 'nothing yet')] : []),
    ...actions.map(({ time, action, username, target, message }) => {
      const kind = BAD.test(action) ? 'bad' : GOOD.test(action) ? 'good' : '';
      return el(
        'li',
        {},
        el('time', { datetime: new Date(time).toISOString() }, ago(time)),
        el('span', { class: `dot ${kind}`, 'aria-hidden': 'true' }),
        el(
          'div',
          {},
          el('b', {}, action.replaceAll('_', ' ')),
          ` ${target}`,
          el('span', { class: 'note' }, ` ${username}${message === '' ? '' : ` · ${message}`}`),
        ),
      );
    }),
  );
}
