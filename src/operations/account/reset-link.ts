/** A one-time link with which its bearer chooses a new password for an account (docs/spec/web-ui.md §9). */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { UserDocument } from '../../model/documents.js';
import type { State } from '../../state/state.js';
import type { Reader } from '../../store/port.js';
import { type Actor, checkIsApprover } from '../actor.js';
import { commitSystem, logAction, pushItem, pushUserChange } from '../changes.js';
import { OperationRefused } from '../refusal.js';
import type { Changed } from '../run/change-run.js';
import { hashPassword } from './password.js';

const VALID_MS = 24 * 3_600_000;

export interface ResetParts {
  readonly state: State;
  readonly reader: Pick<Reader, 'user' | 'siteRecord'>;
}

/** @returns the secret of the link; a link made before is worth nothing then */
export async function createResetLink(
  { state, reader }: ResetParts,
  actor: Actor,
  username: string,
  now: number,
): Promise<Changed<string>> {
  checkIsApprover(state, actor, 'make a link for a new password');
  const user = await reader.user(username);
  if (user === undefined) throw new OperationRefused('unknown', `There is no account ${username}.`);
  const secret = randomBytes(32).toString('base64url');
  const key = digestOf(secret);
  const doc = { made: now, by: actor.name };
  const record = { kind: 'resetLink', key, owner: username, expires: now + VALID_MS, doc } as const;
  const sequence = commitSystem(state, (slot) => {
    const others = { write: 'removeOwned', kind: 'resetLink', owner: username, exceptKey: key } as const;
    pushItem(state, slot, { kind: 'siteRecord', write: others });
    pushItem(state, slot, { kind: 'siteRecord', write: { write: 'put', record } });
    const message = `made a link for a new password of ${username}`;
    logAction(state, slot, now, 'log_message', { username: actor.name, message });
  });
  return { value: secret, sequence };
}

/** The account that a link is for; undefined when it is used, replaced, too old, or was never made. */
export async function resetAccount(
  { reader }: ResetParts,
  secret: string,
  now: number,
): Promise<UserDocument | undefined> {
  const record = await reader.siteRecord('resetLink', digestOf(secret));
  if (record === undefined || record.expires <= now) return undefined;
  return await reader.user(record.owner);
}

/** Sets the password, ends all sessions of the account and uses the link up. */
export async function resetPassword(
  parts: ResetParts,
  secret: string,
  password: string,
  now: number,
): Promise<Changed<UserDocument>> {
  const user = await resetAccount(parts, secret, now);
  if (user === undefined) throw linkIsUsed();
  const { state } = parts;
  const members = { password: await hashPassword(password) };
  const owner = user.username;
  const key = digestOf(secret);
  const sequence = commitSystem(state, (slot) => {
    // The form may come twice at once: readers of the store find the link until this is durable.
    if (!state.claims.claim([key], randomUUID(), now)) throw linkIsUsed();
    pushUserChange(state, slot, user, members);
    pushItem(state, slot, { kind: 'siteRecord', write: { write: 'remove', kind: 'resetLink', key } });
    const sessions = { write: 'removeOwned', kind: 'session', owner, exceptKey: '' } as const;
    pushItem(state, slot, { kind: 'siteRecord', write: sessions });
    const message = `chose a new password of ${owner} by a link`;
    logAction(state, slot, now, 'log_message', { username: owner, message });
  });
  return { value: { ...user, ...members }, sequence };
}

function linkIsUsed(): OperationRefused {
  return new OperationRefused('unknown', 'This link was used already, or is too old. Ask for another one.');
}

function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
