/**
 * Where a run's tasks go when its document is long enough (a document ends at 16 MiB): each into a document of its own in
 * `shoal_tasks`, whose key sorts by run, kind and number.
 */

/** No task is added to a document of this length; the rest is left for what else grows. */
export const TASKS_END_AT = 12 * 1024 * 1024;
/** No purged task is added to a document of this length. */
export const BAD_TASKS_END_AT = 14 * 1024 * 1024;

export type OverflowKind = 'task' | 'badTask';

/** The kinds' marks; the character that follows each of them ends the range of the kind. */
const MARKS: Readonly<Record<OverflowKind, [mark: string, next: string]>> = {
  task: ['-', '.'],
  badTask: ['+', ','],
};
const DIGITS = 8;

export function overflowKey(runId: string, kind: OverflowKind, number: number): string {
  return `${runId}${MARKS[kind][0]}${number.toString().padStart(DIGITS, '0')}`;
}

export function overflowRange(runId: string, kind: OverflowKind): { $gte: string; $lt: string } {
  const [mark, next] = MARKS[kind];
  return { $gte: `${runId}${mark}`, $lt: `${runId}${next}` };
}
