/** Where from passwords were right is kept across a restart, as text under one key of the store. */
import { pushItem, withSystem } from '../operations/changes.js';
import { SEEN_ADDRESSES_KEY } from '../state/seen-addresses.js';
import type { State } from '../state/state.js';

/** Stores it if there is something new. */
export function storeSeenAddresses(state: State): void {
  if (!state.seenAddresses.takeChange()) return;
  const value = state.seenAddresses.export();
  withSystem(state, (slot) => pushItem(state, slot, { kind: 'keyValue', key: SEEN_ADDRESSES_KEY, value }));
  state.commits.next();
}
