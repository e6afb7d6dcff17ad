/** Where a test has a store: an empty one, and how to open and remove it. */
import { after, before } from 'node:test';
import type { Reader, Store, Writer } from '../../src/store/port.js';

/** An empty store of its own. */
export interface StorePlace {
  /** What openStore makes this store from: given to child processes. */
  readonly url: string;
  readonly store: Store;
  /** What the tests' stand-in for this store's server cannot hold; a test leaves it out. */
  readonly lacks?: ReadonlySet<Ability>;
  remove(): Promise<void>;
}

export type Ability =
  | 'dots in keys'
  | 'lists in lists'
  | 'infinity'
  | 'negative zero'
  | 'speed with thousands of tasks'
  | 'slices past the end'
  | 'refusals of documents'
  | 'ranges by a descending index';

/** A place with its writer and one reader open; filled in before the tests of a suite run. */
export interface OpenPlace {
  place: StorePlace;
  writer: Writer;
  reader: Reader;
}

/** Opens a place for the suite that calls it, and removes it afterwards. */
export function usePlace(makePlace: () => Promise<StorePlace>): OpenPlace {
  const open = {} as OpenPlace;
  before(async () => {
    open.place = await makePlace();
    open.writer = await open.place.store.openWriter();
    open.reader = await open.place.store.openReader();
  });
  after(async () => {
    await open.reader.close();
    await open.writer.close();
    await open.place.remove();
  });
  return open;
}
