/**
 * The one table of what pages can watch (docs/spec/web-ui.md §3). Front threads and page threads read the same rows.
 *
 * To add one: a row and its name here, its function in topic-renderers.ts, and `data-live="NAME"` at the element of the page.
 */
import { isObjectId } from '../../model/object-id.js';

export type TopicName = 'home' | 'run' | 'tasks' | 'workers' | 'events' | 'pending';

export interface LiveTopic {
  readonly name: TopicName;
  /** `run`: a colon and a run's id follow the name. */
  readonly key: 'none' | 'run';
  /** `primary`: it reads memory that a secondary does not have; there its pages ask now and then. */
  readonly where: 'any' | 'primary';
  /** Rendered at most so often. */
  readonly everyMs: number;
  /** It shows signs of life, which draw no number of a change: on a primary it is rendered each time. */
  readonly showsBeats: boolean;
}

export const LIVE_TOPICS: readonly LiveTopic[] = [
  { name: 'home', key: 'none', where: 'any', everyMs: 1_000, showsBeats: false },
  { name: 'run', key: 'run', where: 'any', everyMs: 1_000, showsBeats: false },
  { name: 'tasks', key: 'run', where: 'primary', everyMs: 1_000, showsBeats: true },
  { name: 'workers', key: 'none', where: 'primary', everyMs: 5_000, showsBeats: true },
  { name: 'events', key: 'none', where: 'any', everyMs: 1_000, showsBeats: false },
  { name: 'pending', key: 'none', where: 'any', everyMs: 5_000, showsBeats: false },
];

const ROWS: ReadonlyMap<string, LiveTopic> = new Map(LIVE_TOPICS.map((row) => [row.name, row]));

export interface FoundTopic {
  readonly row: LiveTopic;
  /** What follows the colon, or ''. */
  readonly key: string;
}

/** @param topic as a browser wrote it */
export function findTopic(topic: string): FoundTopic | undefined {
  const colon = topic.indexOf(':');
  const row = ROWS.get(colon < 0 ? topic : topic.slice(0, colon));
  if (row === undefined) return undefined;
  const key = colon < 0 ? '' : topic.slice(colon + 1);
  const fits = row.key === 'none' ? colon < 0 : isObjectId(key);
  return fits ? { row, key } : undefined;
}
