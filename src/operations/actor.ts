/**
 * Who acts, and what that person may (docs/spec/data-model.md §11, docs/spec/web-ui.md §2.8). The caller has authenticated: a session of
 * the web site, or the admin token of an operator.
 */
import type { UserDocument } from '../model/documents.js';
import { SYSTEM_USERNAME } from '../protocol/action-schema.js';
import type { State } from '../state/state.js';
import type { Reader } from '../store/port.js';
import { OperationRefused } from './refusal.js';

export type Actor =
  /** Whoever has the admin token: may do everything. `name` is who the action log says it was. */
  | { readonly kind: 'operator'; readonly name: string }
  | { readonly kind: 'account'; readonly name: string; readonly isApprover: boolean };

const APPROVERS = 'group:approvers';

export function operatorNamed(name: string = SYSTEM_USERNAME): Actor {
  return { kind: 'operator', name };
}

export function actorOf({ username, groups }: Pick<UserDocument, 'username' | 'groups'>): Actor {
  return { kind: 'account', name: username, isApprover: groups.includes(APPROVERS) };
}

/** The account of this name, which must be an approver's: an operator may say in whose name a run is approved. */
export async function approverNamed(reader: Pick<Reader, 'user'>, username: string): Promise<Actor> {
  const user = await reader.user(username);
  if (user === undefined) throw new OperationRefused('unknown', `there is no user ${username}`);
  const actor = actorOf(user);
  if (!isApprover(actor)) throw new OperationRefused('forbidden', `${username} is not an approver`);
  return actor;
}

export function isApprover(actor: Actor): boolean {
  return actor.kind === 'operator' || actor.isApprover;
}

/** Whether the actor may change what belongs to `owner`: a run, a worker. */
export function mayChange(actor: Actor, owner: string): boolean {
  return isApprover(actor) || actor.name === owner;
}

/** Refuses an account that has been blocked, or is not accepted yet: a session may be older than that. */
export function checkMayAct(state: State, actor: Actor): void {
  if (actor.kind === 'operator') return;
  const status = state.users.accountStatus(actor.name);
  if (status?.blocked === true)
    throw new OperationRefused('forbidden', `the account ${actor.name} is blocked`);
  if (status?.pending === true) {
    throw new OperationRefused('forbidden', `the account ${actor.name} waits for a person's approval`);
  }
}

/** What only the operator's command can do. */
export function checkIsOperator(actor: Actor, what: string): void {
  if (actor.kind !== 'operator') throw new OperationRefused('forbidden', `only the operator may ${what}`);
}

export function checkIsApprover(state: State, actor: Actor, what: string): void {
  checkMayAct(state, actor);
  if (!isApprover(actor)) throw new OperationRefused('forbidden', `only approvers may ${what}`);
}
