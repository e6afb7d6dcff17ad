/** The keyboard: one letter for each part of the page. */
import { byId } from './dom.js';

const SECTIONS: Readonly<Record<string, string>> = { r: 'runs', m: 'machines', a: 'actions', s: 'server' };

export function startKeys(): void {
  const dialog = byId<HTMLDialogElement>('keys');
  const filter = byId<HTMLInputElement>('machines-filter');
  byId('help').addEventListener('click', () => dialog.showModal());
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    if (event.target instanceof HTMLInputElement) {
      if (event.key === 'Escape') event.target.blur();
      return;
    }
    const section = SECTIONS[event.key];
    if (section !== undefined) {
      byId(section).scrollIntoView({ block: 'start' });
      byId(section).focus({ preventScroll: true });
    } else if (event.key === '/') filter.focus();
    else if (event.key === 't') byId('theme').click();
    else if (event.key === '?') dialog.showModal();
    else return;
    event.preventDefault();
  });
}
