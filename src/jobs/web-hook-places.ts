/**
 * How far each web hook has come in the action log, under one key of the store. The log is the queue: what is not delivered is
 * read again, also by another primary. A change of the log may become readable after one with a later time, so a place is an
 * instant a while back, and the events from there on that were dealt with.
 */
import { createHash } from 'node:crypto';
import { pushItem, withSystem } from '../operations/changes.js';
import type { State } from '../state/state.js';
import type { Reader } from '../store/port.js';

/** A key of Shoal's own: fishtest's programs look up others. */
export const WEB_HOOKS_KEY = 'shoal_web_hooks';
/** An event that becomes readable later than this after one that is newer is not told. */
const OVERLAP_S = 120;
/** Characters of a hash that tell the addresses of one farm apart. An address may hold a secret, so it is not stored. */
const NAME_LENGTH = 16;

export interface WebHookPlace {
  /** Seconds since the epoch. */
  readonly from: number;
  /** Ids of events from there on, with their times, that were delivered or given up. */
  readonly done: ReadonlyMap<string, number>;
}

type StoredPlaces = Record<string, { from: number; done: Record<string, number> }>;

export class WebHookPlaces {
  readonly #state: State;
  readonly #places: Map<string, WebHookPlace>;

  private constructor(state: State, places: Map<string, WebHookPlace>) {
    this.#state = state;
    this.#places = places;
  }

  /**
   * Addresses that are not kept begin now; those that are not given are forgotten.
   * @param oldest seconds since the epoch: what ended before is not told any more
   */
  static async read(
    { state, reader }: { state: State; reader: Pick<Reader, 'keyValue'> },
    urls: readonly string[],
    oldest: number,
  ): Promise<WebHookPlaces> {
    const kept = (await reader.keyValue(WEB_HOOKS_KEY)) as Partial<StoredPlaces> | undefined | null;
    const places = new Map<string, WebHookPlace>();
    for (const url of urls) {
      const place = kept?.[nameOf(url)];
      const isWhole =
        typeof place?.from === 'number' && typeof place.done === 'object' && place.done !== null;
      const from = isWhole ? Math.max(place.from, oldest) : Date.now() / 1_000;
      places.set(nameOf(url), { from, done: new Map(isWhole ? Object.entries(place.done) : []) });
    }
    const all = new WebHookPlaces(state, places);
    // Stored at once: what ends before the first delivery is told after a restart, too.
    if (urls.some((url) => kept?.[nameOf(url)] === undefined)) all.#store();
    return all;
  }

  of(url: string): WebHookPlace {
    const place = this.#places.get(nameOf(url))!;
    const now = Date.now() / 1_000;
    if (place.from <= now) return place;
    // The clock stepped back: what ends from now on has earlier times. What was told in the hours that come again is told once more.
    const again = { from: now, done: place.done };
    this.#places.set(nameOf(url), again);
    return again;
  }

  pass(url: string, event: { readonly _id: string; readonly time: number }): void {
    const place = this.of(url);
    const from = Math.max(place.from, Math.min(event.time, Date.now() / 1_000) - OVERLAP_S);
    const done = new Map(
      [...place.done, [event._id, event.time] as const].filter(([, time]) => time >= from),
    );
    this.#places.set(nameOf(url), { from, done });
    this.#store();
  }

  #store(): void {
    const value: StoredPlaces = {};
    for (const [name, { from, done }] of this.#places) value[name] = { from, done: Object.fromEntries(done) };
    withSystem(this.#state, (slot) =>
      pushItem(this.#state, slot, { kind: 'keyValue', key: WEB_HOOKS_KEY, value }),
    );
    this.#state.commits.next();
  }
}

function nameOf(url: string): string {
  return createHash('sha256').update(url).digest('hex').slice(0, NAME_LENGTH);
}
