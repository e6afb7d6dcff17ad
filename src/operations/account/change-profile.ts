/** What people change of their own account, and how a sign-up is turned down. */
import type { UserDocument } from '../../model/documents.js';
import { type Actor, checkIsApprover, checkMayAct } from '../actor.js';
import { commitSystem, logAction, pushItem, pushUserChange } from '../changes.js';
import { OperationRefused } from '../refusal.js';
import type { Changed } from '../run/change-run.js';
import type { AccountParts } from './change-account.js';
import { hashPassword } from './password.js';

export interface ProfileChange {
  readonly email?: string;
  readonly tests_repo?: string;
  /** In clear: a hash of it is stored. */
  readonly password?: string;
}

/**
 * A new address is to be claimed (claim-identity.ts), as for a new account.
 * @param keptSession key of the session that goes on when the password changes; all others end
 */
export async function changeProfile(
  { state, reader }: AccountParts,
  actor: Actor,
  change: ProfileChange,
  keptSession: string,
  now: number = Date.now(),
): Promise<Changed<UserDocument>> {
  checkMayAct(state, actor);
  const user = await reader.user(actor.name);
  if (user === undefined) throw new OperationRefused('unknown', `There is no account ${actor.name}.`);
  const { password, email, ...others } = change;
  if (email !== undefined) {
    const other = await reader.userByEmail(email);
    if (other !== undefined && other.username !== user.username) throw addressTaken();
  }
  const owner = user.username;
  const members = {
    ...others,
    ...(email !== undefined && { email }),
    ...(password !== undefined && { password: await hashPassword(password) }),
  };
  const sequence = commitSystem(state, (slot) => {
    // Somebody else may have taken the address since it was looked for.
    if (email !== undefined && !state.claims.claim([email], owner, now)) throw addressTaken();
    pushUserChange(state, slot, user, members);
    if (password === undefined) return;
    const sessions = { write: 'removeOwned', kind: 'session', owner, exceptKey: keptSession } as const;
    pushItem(state, slot, { kind: 'siteRecord', write: sessions });
  });
  return { value: { ...user, ...members }, sequence };
}

/** Deletes an account that waits for approval. Its e-mail address is in no event. */
export async function rejectAccount(
  { state, reader }: AccountParts,
  actor: Actor,
  username: string,
  now: number,
): Promise<Changed> {
  checkIsApprover(state, actor, 'reject an account');
  const user = await reader.user(username);
  if (user === undefined) throw new OperationRefused('unknown', `There is no account ${username}.`);
  if (!user.pending)
    throw new OperationRefused('conflict', `${username} does not wait for approval any more.`);
  const sequence = commitSystem(state, (slot) => {
    pushItem(state, slot, { kind: 'removeUser', username });
    state.claims.release([username, user.email], now);
    const note = { write: 'remove', kind: 'signupNote', key: username } as const;
    pushItem(state, slot, { kind: 'siteRecord', write: note });
    logAction(state, slot, now, 'log_message', { username: actor.name, message: `rejected ${username}` });
  });
  state.users.remove(username);
  return { value: undefined, sequence };
}

function addressTaken(): OperationRefused {
  return new OperationRefused('conflict', 'This address belongs to another account.');
}
