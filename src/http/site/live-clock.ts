/**
 * When topics are rendered: by a page thread, each at most as often as its row says, and only while somebody watches it. One
 * front thread of the server has the clock, for all of them: a topic is rendered once however many threads serve its pages.
 *
 * Requests of workers write nothing for it. It reads how far changes are numbered, and renders nothing while that stands
 * still, but now and then what follows from time alone. One call is under way at most, and then it rests as long as the call
 * took: half a page thread is the most that it can cost.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveAnswer, LiveCall, TopicNews } from '../../site/live/live-messages.js';
import { findTopic } from '../../site/live/topics.js';

const TICK_MS = 1_000;
/** Timers are early or late by some milliseconds. */
const SLACK_MS = 50;
/** What nobody's change announces: how long ago something was, speeds of machines, what another primary's store shows. */
const QUIET_MS = 10_000;
/** Topics that a page thread renders in one call. */
const TOPICS_A_CALL = 8;

export interface LiveClockOptions {
  readonly render: (call: LiveCall) => Promise<LiveAnswer>;
  /** How far changes are, in numbers that only have to differ; undefined where changes are not seen. */
  readonly changes: () => string | undefined;
  readonly onNews: (news: TopicNews) => void;
  readonly onRender: (count: number) => void;
  readonly onError: (error: unknown) => void;
}

interface Entry {
  manifest: string;
  renderedAt: number;
  changes: string | undefined;
}

export class LiveClock {
  readonly #options: LiveClockOptions;
  /** By front thread: topics, and whether somebody needs all of them. */
  readonly #wanted = new Map<number, ReadonlyMap<string, boolean>>();
  readonly #entries = new Map<string, Entry>();
  #isRunning = false;
  #isClosed = false;
  #hasFailed = false;

  constructor(options: LiveClockOptions) {
    this.#options = options;
  }

  setWanted(front: number, topics: ReadonlyMap<string, boolean>): void {
    if (topics.size === 0) this.#wanted.delete(front);
    else this.#wanted.set(front, topics);
    if (!this.#isRunning && !this.#isClosed && this.#wanted.size > 0) void this.#run();
  }

  close(): void {
    this.#isClosed = true;
    this.#wanted.clear();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#wanted.size > 0) {
      const began = performance.now();
      try {
        await this.#turn(began);
        this.#hasFailed = false;
      } catch (error) {
        // Once, until it succeeds: it is tried again each second.
        if (!this.#hasFailed) this.#options.onError(error);
        this.#hasFailed = true;
      }
      const spent = performance.now() - began;
      await sleep(Math.max(TICK_MS - spent, spent), undefined, { ref: false });
    }
    this.#entries.clear();
    this.#isRunning = false;
  }

  async #turn(now: number): Promise<void> {
    const asked = this.#asked();
    for (const topic of this.#entries.keys()) if (!asked.has(topic)) this.#entries.delete(topic);
    const changes = this.#options.changes();
    const due = [...asked].filter(([topic, isFull]) => isFull || this.#isDue(topic, changes, now));
    for (let i = 0; i < due.length && !this.#isClosed; i += TOPICS_A_CALL) {
      const topics = due.slice(i, i + TOPICS_A_CALL).map(([topic, isFull]) => {
        return { topic, manifest: this.#entries.get(topic)?.manifest ?? '', isFull };
      });
      this.#options.onRender(topics.length);
      for (const news of await this.#options.render({ kind: 'live', topics })) {
        const { topic, manifest, isLast } = news;
        if (isLast) this.#entries.delete(topic);
        // Read before it was rendered: a change meanwhile is rendered next time.
        else this.#entries.set(topic, { manifest, renderedAt: now, changes });
        this.#options.onNews(news);
      }
    }
  }

  #asked(): Map<string, boolean> {
    const all = new Map<string, boolean>();
    for (const topics of this.#wanted.values()) {
      for (const [topic, isFull] of topics) all.set(topic, isFull || all.get(topic) === true);
    }
    return all;
  }

  #isDue(topic: string, changes: string | undefined, now: number): boolean {
    const entry = this.#entries.get(topic);
    if (entry === undefined) return true;
    const age = now - entry.renderedAt + SLACK_MS;
    if (age >= QUIET_MS) return true;
    const row = findTopic(topic)?.row;
    if (row === undefined || age < row.everyMs) return false;
    return row.showsBeats || (changes !== undefined && changes !== entry.changes);
  }
}
