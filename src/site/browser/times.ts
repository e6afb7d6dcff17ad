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

function padded(value: number): string {
  return String(value).padStart(PAD, '0');
}
