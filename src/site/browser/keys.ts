/** The keyboard: `g` and a letter goes to a page; off inside of fields, and where the visitor switched it off. */

const OFF = 'shoal-keys-off';
/** How long after `g` its second letter may come. */
const SECOND_MS = 1_500;
const PAGES: Readonly<Record<string, string>> = { t: '/tests', e: '/actions', u: '/user', d: '/dashboard' };

export function startKeys(): void {
  const dialog = document.getElementById('keys') as HTMLDialogElement | null;
  const box = document.getElementById('keys-on') as HTMLInputElement | null;
  if (dialog === null || box === null) return;
  box.checked = localStorage.getItem(OFF) === null;
  box.addEventListener('change', () => {
    if (box.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, '');
  });
  let goneAt = Number.NEGATIVE_INFINITY;
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog.open || isField(event.target)) return;
    if (event.key === '?') dialog.showModal();
    else if (!box.checked) return;
    else if (performance.now() - goneAt < SECOND_MS && PAGES[event.key] !== undefined) {
      location.assign(PAGES[event.key]!);
    } else if (event.key === 'g') {
      goneAt = performance.now();
      return;
    } else if (event.key === 't') document.getElementById('theme')?.click();
    else if (event.key === 'n') location.assign('/tests/run');
    else if (event.key === '/') document.querySelector<HTMLInputElement>('input[type="search"]')?.focus();
    else return;
    event.preventDefault();
  });
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
