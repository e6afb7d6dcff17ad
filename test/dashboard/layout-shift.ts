/** How far a page moves while it comes to its end, as Chromium measures it: the sum of all shifts, which is never less than its CLS. */
import type { Page } from 'playwright-core';

/** Runs before the page's own scripts. */
const OBSERVE = `(() => {
  globalThis.shifts = [];
  const note = (list) => {
    for (const { value, sources, hadRecentInput } of list) {
      if (hadRecentInput) continue;
      const moved = sources.map(({ node, previousRect: from, currentRect: to }) =>
        [node?.nodeName, node?.id, node?.className, from.x + ',' + from.y, to.x + ',' + to.y].join(' '));
      shifts.push({ value, moved: moved.join('; ') });
    }
  };
  globalThis.shiftObserver = new PerformanceObserver((list) => note(list.getEntries()));
  shiftObserver.observe({ type: 'layout-shift', buffered: true });
  globalThis.takeShifts = () => (note(shiftObserver.takeRecords()), shifts);
  new PerformanceObserver(() => globalThis.firstPaint()).observe({ type: 'paint', buffered: true });
})()`;
const NEXT_FRAMES = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';
/** Holds nothing back: it is to run before the first paint. */
const FIRST_SCRIPT = /\/(?:scripted|first-theme)\.js$/;

interface Shift {
  readonly value: number;
  readonly moved: string;
}

/**
 * Opens an address as over a slow line: no script but the first comes before something is painted.
 * @param ends comes to its end when the page has its last state
 */
export async function layoutShift(
  page: Page,
  url: string,
  ends: () => Promise<unknown>,
): Promise<{ readonly sum: number; readonly shifts: readonly Shift[] }> {
  let paint = () => {};
  const painted = new Promise<void>((resolve) => {
    paint = resolve;
  });
  await page.exposeFunction('firstPaint', paint);
  await page.addInitScript(OBSERVE);
  await page.route(/\.js$/, async (route) => {
    if (!FIRST_SCRIPT.test(route.request().url())) await painted;
    await route.continue();
  });
  await page.goto(url);
  await ends();
  await page.evaluate(NEXT_FRAMES);
  const shifts = await page.evaluate<Shift[]>('takeShifts()');
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  return { sum: shifts.reduce((sum, { value }) => sum + value, 0), shifts };
}
