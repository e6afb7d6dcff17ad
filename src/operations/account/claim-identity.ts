/**
 * Names and addresses that are being given away, as mutual exclusion through the store: several instances of one database each ask
 * the store whether a name or an address is free, and the answer may be old when the account is written. So whoever gives one away
 * claims it first; the store keeps the claim that it hears of first. Claimed, then durable, then looked whether an account has it,
 * then given away, then durable, then free for the next one, who finds the account.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { State } from '../../state/state.js';
import type { Reader } from '../../store/port.js';
import { StoreError } from '../../store/store-error.js';
import { commitSystem, pushItem } from '../changes.js';
import { OperationRefused } from '../refusal.js';
import type { Changed } from '../run/change-run.js';

/** A process that ends in between leaves its claims. */
const LASTS_MS = 600_000;
/** Whoever waits for longer is told by the answer that nothing may be saved. */
const DURABLE_MS = 20_000;

export interface ClaimParts {
  readonly state: State;
  readonly reader: Pick<Reader, 'siteRecord'>;
}

/**
 * Does `give` while nobody else, on any instance of the database, gives one of the texts away; upper and lower case are the same. One
 * text after the other: all claim a name before an address, so that of two who want both the first to have the name goes on.
 * @param give looks for itself whether the texts are free
 * @throws OperationRefused `conflict` when somebody else gives one of them away at this moment
 * @throws StoreError `away` when the store does not take the claim in time
 */
export async function withIdentityClaimed<T>(
  parts: ClaimParts,
  texts: readonly string[],
  now: number,
  give: () => Promise<Changed<T>>,
): Promise<Changed<T>> {
  const { state } = parts;
  const by = randomUUID();
  const claimed: string[] = [];
  const release = () => {
    if (claimed.length > 0) free(state, claimed);
  };
  for (const text of texts) {
    const key = keyOf(text);
    const outcome = await claim(parts, key, by, now);
    if (outcome === 'claimed') claimed.push(key);
    else {
      release();
      if (outcome === 'late')
        throw new StoreError('away', `The store did not say in time whether ${text} is free.`);
      throw new OperationRefused('conflict', `${text} is being taken by somebody else at this moment`);
    }
  }
  let given: Changed<T>;
  try {
    given = await give();
  } catch (error) {
    release();
    throw error;
  }
  // What may not be in the store yet stays claimed.
  if (await state.commits.whenDurable(given.sequence, DURABLE_MS)) release();
  return given;
}

async function claim(
  { state, reader }: ClaimParts,
  key: string,
  by: string,
  now: number,
): Promise<'claimed' | 'taken' | 'late'> {
  const record = { kind: 'identityClaim', key, owner: '', expires: now + LASTS_MS, doc: { by } } as const;
  const sequence = commitSystem(state, (slot) => {
    pushItem(state, slot, { kind: 'siteRecord', write: { write: 'claim', record, now } });
  });
  if (!(await state.commits.whenDurable(sequence, DURABLE_MS))) return 'late';
  return (await reader.siteRecord('identityClaim', key))?.doc.by === by ? 'claimed' : 'taken';
}

function free(state: State, keys: readonly string[]): void {
  commitSystem(state, (slot) => {
    for (const key of keys) {
      pushItem(state, slot, { kind: 'siteRecord', write: { write: 'remove', kind: 'identityClaim', key } });
    }
  });
}

function keyOf(text: string): string {
  return createHash('sha256').update(text.toLowerCase()).digest('hex');
}
