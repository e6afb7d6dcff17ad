/**
 * Live updates (docs/spec/web-ui.md §3): what a front thread asks a page thread to render, and what it gets. A page watches
 * topics; a topic is a list of parts, each an element with its id, the same for everybody who may see the page.
 */

/** One topic that somebody watches. */
export interface AskedTopic {
  readonly topic: string;
  /** What the last answer said was rendered; empty for a topic that was not rendered yet. Its form is the pool's own. */
  readonly manifest: string;
  /** Somebody has just come and needs every part. */
  readonly isFull: boolean;
}

export interface LiveCall {
  readonly kind: 'live';
  readonly topics: readonly AskedTopic[];
}

/** What is to be sent, as bytes that every watcher gets alike: gzip of a LiveMessage's JSON. */
export interface TopicNews {
  readonly topic: string;
  readonly manifest: string;
  /** Absent: nothing has changed. */
  readonly changes?: Uint8Array;
  /** All parts, where they were asked for. */
  readonly full?: Uint8Array;
  /** Nothing more will come: what it is about has ended or is not there. */
  readonly isLast: boolean;
}

export type LiveAnswer = readonly TopicNews[];

/** As browser/live.ts reads it. */
export interface LiveMessage {
  readonly topic: string;
  /** Changes when a page has to ask for its own part anew, with its own rights, filters and order. */
  readonly stamp: string;
  /** HTML of elements by id. */
  readonly parts: Readonly<Record<string, string>>;
  readonly isLast?: true;
}
