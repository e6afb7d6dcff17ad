/** The admin API's verbs for accounts. */

import type { UserDocument } from '../../model/documents.js';
import {
  acceptAccount,
  createAccount,
  setAccountBlocked,
  setMachineLimit,
  setPassword,
} from '../../operations/account/change-account.js';
import { withIdentityClaimed } from '../../operations/account/claim-identity.js';
import { operatorNamed } from '../../operations/actor.js';
import type { Changed } from '../../operations/run/change-run.js';
import type { AdminService } from '../../protocol/admin.js';
import { userView } from '../../runtime/run-views.js';
import type { ServiceParts } from './service-parts.js';

type UserVerbs =
  | 'userAdd'
  | 'userPassword'
  | 'userApprove'
  | 'userBlock'
  | 'userUnblock'
  | 'userLimit'
  | 'userList';

export function makeUserService({ state, reader, whenDurable }: ServiceParts): Pick<AdminService, UserVerbs> {
  const parts = { state, reader };
  const answer = async (change: Promise<Changed<UserDocument>>) => {
    const { value, sequence } = await change;
    await whenDurable(sequence);
    return { user: userView(value) };
  };
  const setBlocked = (username: string, isBlocked: boolean, by: string | undefined) =>
    answer(setAccountBlocked(parts, operatorNamed(by), username, isBlocked, Date.now()));
  return {
    async userAdd({ email = undefined, ...account }) {
      const whole = { ...account, email: email ?? noMailOf(account.username) };
      const now = Date.now();
      return await answer(
        withIdentityClaimed(parts, [whole.username, whole.email], now, () =>
          createAccount(parts, operatorNamed(), whole, now),
        ),
      );
    },
    userPassword: ({ username, password, clear_text }) =>
      answer(setPassword(parts, operatorNamed(), username, password, Date.now(), clear_text)),
    userApprove: ({ username, by }) => answer(acceptAccount(parts, operatorNamed(by), username, Date.now())),
    userBlock: ({ username, by }) => setBlocked(username, true, by),
    userUnblock: ({ username, by }) => setBlocked(username, false, by),
    userLimit: ({ username, machine_limit: limit }) =>
      answer(setMachineLimit(parts, operatorNamed(), username, limit, Date.now())),
    async userList({ pending }) {
      const users = [];
      for await (const user of reader.users()) {
        if (pending === undefined || user.pending === pending) users.push(userView(user));
      }
      return { users: users.sort((a, b) => (a.username < b.username ? -1 : 1)) };
    },
  };
}

/** The schema of users wants an address (docs/spec/data-model.md §3); nobody reads mail at this domain (RFC 2606). */
function noMailOf(username: string): string {
  return `${username.toLowerCase()}@example.org`;
}
