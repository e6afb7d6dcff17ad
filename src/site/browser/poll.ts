/** Parts of a page that ask for news: while the tab is seen, and at once when it is seen again (docs/spec/web-ui.md §3). */

const LOOK_MS = 1_000;
const askedAt = new WeakMap<Element, number>();

function look(): void {
  if (document.hidden) return;
  const now = performance.now();
  for (const part of document.querySelectorAll<HTMLElement>('[data-poll]')) {
    const last = askedAt.get(part);
    const periodMs = Number(part.dataset['poll']) * 1_000;
    if (last === undefined) askedAt.set(part, now);
    else if (now - last >= periodMs) {
      askedAt.set(part, now);
      part.dispatchEvent(new CustomEvent('poll'));
    }
  }
}

setInterval(look, LOOK_MS);
document.addEventListener('visibilitychange', look);
