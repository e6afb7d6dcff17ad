/**
 * A password given in a form. The login throttle, which workers' requests share, decides first whether it is looked at; each
 * outcome takes as long as any other.
 */
import type { UserDocument } from '../model/documents.js';
import { dummyVerify, verifyPassword } from '../operations/account/password.js';
import type { Visit } from './visit.js';

export type CheckedCredential =
  | { readonly result: 'verified'; readonly user: UserDocument }
  | { readonly result: 'refused' | 'blocked' | 'pending' };

/** Longer ones belong to nobody, and cost to hash. */
const LONGEST_NAME = 200;
const LONGEST_PASSWORD = 1_000;

/** @throws NeedsAdmission @throws TooMany */
export async function checkCredential(
  visit: Visit,
  username: string,
  password: string,
): Promise<CheckedCredential> {
  visit.requireAdmission('login', username.slice(0, LONGEST_NAME));
  const user = await visit.parts.reader.user(username.slice(0, LONGEST_NAME));
  if (user === undefined) await dummyVerify();
  const isRight =
    user !== undefined && (await verifyPassword(user.password, password.slice(0, LONGEST_PASSWORD)));
  if (!isRight) {
    visit.failedLogin = username.slice(0, LONGEST_NAME);
    return { result: 'refused' };
  }
  const status = visit.parts.state.users.accountStatus(username);
  if (user.blocked || status?.blocked === true) return { result: 'blocked' };
  return user.pending && status?.pending !== false ? { result: 'pending' } : { result: 'verified', user };
}
