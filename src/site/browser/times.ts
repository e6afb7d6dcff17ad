/** Shows times in the visitor's zone; the hint keeps them in UTC. */

const PAD = 2;

export function showLocalTimes(within: ParentNode): void {
  for (const time of within.querySelectorAll<HTMLTimeElement>('time[datetime]:not([data-local])')) {
    time.dataset['local'] = '';
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(padded).join('-');
    const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(padded).join(':');
    const shown = time.textContent ?? '';
    // As many parts as the server showed: a day, or a day and a clock.
    const century = /^\d{4}-/.test(shown) ? day : day.slice(2);
    time.textContent = shown.includes(':') ? `${century} ${clock}` : century;
  }
}

const AGES_MS = 30_000;
const STEPS = [
  [86_400 * 365, 'year'],
  [86_400 * 30, 'month'],
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
] as const;

/** How long ago something was grows by itself, in the server's words. */
export function startAges(): void {
  setInterval(() => {
    if (document.hidden) return;
    for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-ago]')) {
      const text = ageText((Date.now() - new Date(time.dateTime).getTime()) / 1_000);
      if (time.textContent !== text) time.textContent = text;
    }
  }, AGES_MS);
}

function ageText(seconds: number): string {
  for (const [length, unit] of STEPS) {
    const count = Math.floor(seconds / length);
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
  }
  return 'seconds ago';
}

function padded(value: number): string {
  return String(value).padStart(PAD, '0');
}
