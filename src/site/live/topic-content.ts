/** What the function of a topic gets and gives (topics.ts). */
import type { Html } from '../html.js';
import type { SiteParts } from '../visit.js';

export interface TopicCall {
  readonly parts: SiteParts;
  /** What follows the colon of the topic, or ''. */
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What changed before has been rendered: a topic of many rows renders those that changed since. */
  readonly since: number;
}

export interface TopicContent {
  /** A text that changes when each page has to ask for its own part, with its viewer's rights, filters and order. */
  readonly stamp: string;
  /** The same for everybody: nothing here may depend on who looks. */
  readonly parts: readonly LivePart[];
  /** Nothing more will come. */
  readonly isLast?: boolean;
}

export type LivePart = readonly [id: string, html: Html];

/** Undefined: there is no such thing. */
export type TopicRenderer = (call: TopicCall) => Promise<TopicContent | undefined>;
