/** A front thread's part of live updates: its sockets, and on the first thread the clock that renders for all. */
import type { TemplatedApp } from 'uWebSockets.js';
import type { TopicNews } from '../../site/live/live-messages.js';
import { LiveClock, type LiveClockOptions } from './live-clock.js';
import { LiveSockets, type LiveSocketsOptions } from './live-sockets.js';

/** Between front threads, over the main thread. */
export type LiveWord =
  /** To the first: what that front thread watches; true: somebody needs all of it. */
  | {
      readonly kind: 'liveWanted';
      readonly front: number;
      readonly topics: ReadonlyMap<string, boolean>;
    }
  /** To all: what was rendered. */
  | { readonly kind: 'liveNews'; readonly news: TopicNews };

export interface LiveUpdatesOptions {
  readonly sockets: Omit<LiveSocketsOptions, 'onWanted'>;
  readonly clock: Omit<LiveClockOptions, 'onNews'>;
  /** Of this thread among the front threads; 0 has the clock. */
  readonly index: number;
  readonly fronts: number;
  readonly say: (word: LiveWord) => void;
}

export class LiveUpdates {
  readonly #options: LiveUpdatesOptions;
  readonly #sockets: LiveSockets;
  readonly #clock: LiveClock | undefined;
  #isTelling = false;

  constructor(options: LiveUpdatesOptions) {
    this.#options = options;
    const { sockets, clock, index, fronts, say } = options;
    this.#sockets = new LiveSockets({ ...sockets, onWanted: () => this.#tellWanted() });
    this.#clock =
      index > 0
        ? undefined
        : new LiveClock({
            ...clock,
            onNews: (news) => {
              this.#deliver(news);
              if (fronts > 1 && isWorthTelling(news)) say({ kind: 'liveNews', news });
            },
          });
  }

  attach(app: TemplatedApp): void {
    this.#sockets.attach(app);
  }

  obey(word: LiveWord): void {
    if (word.kind === 'liveWanted') this.#clock?.setWanted(word.front, word.topics);
    // The thread with the clock has sent its own.
    else if (this.#clock === undefined) this.#deliver(word.news);
  }

  close(): void {
    this.#clock?.close();
    this.#sockets.close();
  }

  #deliver(news: TopicNews): void {
    void this.#sockets.deliver(news).then(() => {
      if (news.full !== undefined) this.#tellWanted();
    });
  }

  /** Once for all that changes in one turn of the event loop. */
  #tellWanted(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    setImmediate(() => {
      this.#isTelling = false;
      const { index, say } = this.#options;
      const topics = this.#sockets.wanted();
      if (this.#clock !== undefined) this.#clock.setWanted(index, topics);
      else say({ kind: 'liveWanted', front: index, topics });
    });
  }
}

function isWorthTelling({ changes, full, isLast }: TopicNews): boolean {
  return changes !== undefined || full !== undefined || isLast;
}
