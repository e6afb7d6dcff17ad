/**
 * Accounts are made, accepted, blocked and limited. A change is in shared memory at once: a blocked account is refused from then on. It
 * touches the members alone that it is about: what is read of an account may be old when the change is made.
 */
import { randomUUID } from 'node:crypto';
import type { UserDocument } from '../../model/documents.js';
import type { State } from '../../state/state.js';
import { DEFAULT_MACHINE_LIMIT } from '../../state/users.js';
import type { UserChange } from '../../state/write-batch.js';
import type { Reader } from '../../store/port.js';
import { type Actor, checkIsApprover, checkIsOperator } from '../actor.js';
import { commitSystem, logAction, pushItem, pushUserChange } from '../changes.js';
import { OperationRefused } from '../refusal.js';
import type { Changed } from '../run/change-run.js';
import { hashPassword } from './password.js';

export interface AccountParts {
  readonly state: State;
  readonly reader: Pick<Reader, 'user' | 'userLike' | 'userByEmail'>;
}

export interface NewAccount {
  readonly username: string;
  /** In clear: a hash of it is stored, unless `clear_text` says otherwise. */
  readonly password: string;
  /** Stores the password itself, for programs that read no hash. */
  readonly clear_text?: boolean;
  readonly email: string;
  readonly tests_repo?: string;
  readonly machine_limit?: number;
  readonly approver?: boolean;
  /** Waits for an approver, as a visitor's does. */
  readonly pending?: boolean;
}

/**
 * Call it with name and address claimed (claim-identity.ts): other instances of the database may be about to give them away.
 * @param actor the operator; undefined: a visitor who signs up, whose account then waits for a person's approval.
 */
export async function createAccount(
  { state, reader }: AccountParts,
  actor: Actor | undefined,
  account: NewAccount,
  now: number,
): Promise<Changed<UserDocument>> {
  const { username, email } = account;
  if (actor !== undefined) checkIsOperator(actor, 'make an account');
  // Joe and joe would be mistaken for each other.
  if ((await reader.userLike(username)) !== undefined) throw nameTaken(username);
  const other = await reader.userByEmail(email);
  if (other !== undefined) throw new OperationRefused('conflict', `${email} belongs to ${other.username}`);
  const isVisitor = actor === undefined;
  const user: UserDocument = {
    username,
    password: await storedPassword(account.password, !isVisitor && account.clear_text === true),
    registration_time: now,
    pending: isVisitor || account.pending === true,
    blocked: false,
    email,
    groups: !isVisitor && account.approver === true ? ['group:approvers'] : [],
    tests_repo: account.tests_repo ?? '',
    machine_limit: (isVisitor ? undefined : account.machine_limit) ?? DEFAULT_MACHINE_LIMIT,
  };
  // Hashing took its time: somebody else may have taken the name or the address meanwhile, which the store does not know yet.
  const sequence = commitSystem(state, (slot) => {
    if (state.users.accountStatus(username) !== undefined) throw nameTaken(username);
    if (!state.claims.claim([username, email], randomUUID(), now)) throw nameTaken(username);
    pushItem(state, slot, { kind: 'user', user });
    // Where memory is full the store is asked for it.
    state.users.setIfRoom(user);
  });
  return { value: user, sequence };
}

export async function acceptAccount(
  parts: AccountParts,
  actor: Actor,
  username: string,
  now: number,
): Promise<Changed<UserDocument>> {
  checkIsApprover(parts.state, actor, 'accept an account');
  const user = await known(parts, username);
  if (!user.pending) throw new OperationRefused('conflict', `user ${username} is not pending`);
  const event = { action: 'accept_user', by: actor.name, message: 'accepted' } as const;
  return changeAccount(parts.state, user, { pending: false }, now, event);
}

/** Blocks an account, or lets it work again. */
export async function setAccountBlocked(
  parts: AccountParts,
  actor: Actor,
  username: string,
  isBlocked: boolean,
  now: number,
): Promise<Changed<UserDocument>> {
  const { state } = parts;
  checkIsApprover(state, actor, 'block an account');
  if (actor.kind === 'account' && actor.name === username) {
    throw new OperationRefused('forbidden', 'nobody blocks an account of their own');
  }
  const user = await known(parts, username);
  // The store may not have the last change yet, nor memory one that another program made.
  const isKnown = (state.users.accountStatus(username)?.blocked ?? isBlocked) === isBlocked;
  if (user.blocked === isBlocked && isKnown) return { value: user, sequence: state.commits.durable.load() };
  const message = isBlocked ? 'blocked' : 'unblocked';
  return changeAccount(state, user, { blocked: isBlocked }, now, {
    action: 'block_user',
    by: actor.name,
    message,
  });
}

/** How many active tasks the account may have from one address. */
export async function setMachineLimit(
  parts: AccountParts,
  actor: Actor,
  username: string,
  machineLimit: number,
  now: number,
): Promise<Changed<UserDocument>> {
  checkIsOperator(actor, 'set a machine limit');
  const user = await known(parts, username);
  return changeAccount(parts.state, user, { machine_limit: machineLimit }, now);
}

/**
 * Sets another password; remembered credentials of the account are forgotten.
 * @param isClear stores it as it is, for programs that read no hash
 */
export async function setPassword(
  parts: AccountParts,
  actor: Actor,
  username: string,
  password: string,
  now: number,
  isClear = false,
): Promise<Changed<UserDocument>> {
  checkIsOperator(actor, 'set a password');
  const stored = await storedPassword(password, isClear);
  return changeAccount(parts.state, await known(parts, username), { password: stored }, now);
}

async function storedPassword(password: string, isClear: boolean): Promise<string> {
  return isClear ? password : await hashPassword(password);
}

interface AccountEvent {
  readonly action: 'block_user' | 'accept_user';
  readonly by: string;
  readonly message: string;
}

/** The change and its event reach the store together. */
function changeAccount(
  state: State,
  user: UserDocument,
  members: UserChange['members'],
  now: number,
  event?: AccountEvent,
): Changed<UserDocument> {
  const sequence = commitSystem(state, (slot) => {
    pushUserChange(state, slot, user, members);
    if (event === undefined) return;
    const { action, by, message } = event;
    logAction(state, slot, now, action, { username: by, user: user.username, message });
  });
  return { value: { ...user, ...members }, sequence };
}

async function known({ reader }: AccountParts, username: string): Promise<UserDocument> {
  const user = await reader.user(username);
  if (user === undefined) throw new OperationRefused('unknown', `there is no user ${username}`);
  return user;
}

function nameTaken(username: string): OperationRefused {
  return new OperationRefused('conflict', `user ${username} exists already`);
}
