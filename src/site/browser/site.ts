/** What every page's script adds: the menu on a phone, the theme, messages, local times, keys, signing out in all tabs. */
import { forgetDraft } from './draft.js';
import { startKeys } from './keys.js';
import { startLive } from './live.js';
import { startMorph } from './morph.js';
import { startPolling } from './poll.js';
import { startSignOut } from './sign-out.js';
import { startFollow } from './stars.js';
import { startTheme } from './theme.js';
import { showLocalTimes, startAges } from './times.js';

const root = document.documentElement;

function startMenu(): void {
  const button = document.getElementById('menu-button');
  const menus = [...document.querySelectorAll<HTMLDetailsElement>('#menu details')];
  const setOpen = (isOpen: boolean) => {
    root.classList.toggle('menu-open', isOpen);
    button?.setAttribute('aria-expanded', String(isOpen));
  };
  button?.addEventListener('click', () => setOpen(!root.classList.contains('menu-open')));
  document.addEventListener('click', (event) => {
    for (const menu of menus) if (!menu.contains(event.target as Node)) menu.open = false;
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    for (const menu of menus.filter(({ open }) => open)) {
      menu.open = false;
      menu.querySelector('summary')?.focus();
    }
    if (root.classList.contains('menu-open')) {
      setOpen(false);
      button?.focus();
    }
  });
}

/** One listener for all buttons, also for those that a part of a page brings later. */
function startButtons(): void {
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    if (button === null) return;
    if (button.dataset['dismiss'] !== undefined) button.closest('.flash')?.remove();
    if (button.dataset['shows'] !== undefined) togglePassword(button, button.dataset['shows']);
  });
}

function togglePassword(button: HTMLButtonElement, id: string): void {
  const input = document.getElementById(id);
  if (!(input instanceof HTMLInputElement)) return;
  const isShown = input.type === 'password';
  input.type = isShown ? 'text' : 'password';
  button.setAttribute('aria-pressed', String(isShown));
  button.textContent = isShown ? 'Hide' : 'Show';
  input.focus();
}

/** A question before what cannot be taken back, and no second press of the button. */
function startForms(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== 'post' || event.defaultPrevented) return;
    const submitter = (event as SubmitEvent).submitter;
    const question = submitter?.dataset['confirm'] ?? form.dataset['confirm'];
    if (form.dataset['sent'] !== undefined || (question !== undefined && !confirm(question))) {
      event.preventDefault();
      return;
    }
    form.dataset['sent'] = '';
    // A page that the browser keeps to go back to must be usable again.
    addEventListener('pageshow', () => delete form.dataset['sent'], { once: true });
  });
}

startMenu();
startButtons();
startForms();
startTheme();
startKeys();
startSignOut();
startFollow();
showLocalTimes(document);
startAges();
startMorph();
startPolling();
startLive();
// Where a test leads that was just submitted.
if (/[?&]follow=1\b/.test(location.search)) {
  forgetDraft();
  history.replaceState(null, '', location.pathname);
}
document.addEventListener('htmx:after:swap', () => showLocalTimes(document));
