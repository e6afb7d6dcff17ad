/** Instants as the public API writes them (docs/spec/worker-api.md §5.10). */

/** `YYYY-MM-DD HH:MM:SS[.ffffff]+00:00`, the fraction only when there is one. `instant` is in milliseconds. */
export function dateText(instant: number): string {
  const date = new Date(instant);
  // An instant beyond the calendar has no text.
  if (Number.isNaN(date.getTime())) return 'None';
  const [day, time] = date.toISOString().slice(0, -1).split('T') as [string, string];
  const fraction = time.slice(8);
  return `${day} ${time.slice(0, 8)}${fraction === '.000' ? '' : `${fraction}000`}+00:00`;
}
