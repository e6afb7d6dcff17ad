/** Accounts. A change reaches shared memory before it is answered, so a blocked account is refused at once. */

import type { UserDocument } from '../../model/documents.js';
import { hashPassword } from '../../operations/account/password.js';
import { logAction, pushItem } from '../../operations/changes.js';
import { AdminError, type AdminService } from '../../protocol/admin.js';
import { userView } from '../../runtime/run-views.js';
import { DEFAULT_MACHINE_LIMIT } from '../../state/users.js';
import type { ServiceParts } from './run-service.js';
import { record, SYSTEM_USER } from './run-service.js';

type UserVerbs = 'userAdd' | 'userApprove' | 'userBlock' | 'userUnblock' | 'userLimit' | 'userList';

export function makeUserService({ state, reader, durable }: ServiceParts): Pick<AdminService, UserVerbs> {
  const store = async (
    user: UserDocument,
    note?: { action: 'block_user' | 'accept_user'; by: string; message: string },
  ) => {
    const sequence = record(state, (slot) => {
      pushItem(state, slot, { kind: 'user', user });
      if (note === undefined) return;
      const { action, by, message } = note;
      logAction(state, slot, Date.now(), action, { username: by, user: user.username, message });
    });
    state.users.set(user);
    await durable(sequence);
    return { user: userView(user) };
  };
  const known = async (username: string): Promise<UserDocument> => {
    const user = await reader.user(username);
    if (user === undefined) throw new AdminError(404, `there is no user ${username}`);
    return user;
  };
  const setBlocked = async (username: string, blocked: boolean, by: string) => {
    const user = await known(username);
    if (user.blocked === blocked) return { user: userView(user) };
    return await store(
      { ...user, blocked },
      { action: 'block_user', by, message: blocked ? 'blocked' : 'unblocked' },
    );
  };
  return {
    async userAdd({
      username,
      password,
      email = noMailOf(username),
      machine_limit: limit,
      approver = false,
    }) {
      if ((await reader.user(username)) !== undefined)
        throw new AdminError(409, `user ${username} exists already`);
      for await (const other of reader.users()) {
        if (other.email === email) throw new AdminError(409, `${email} belongs to ${other.username}`);
      }
      return await store({
        username,
        password: await hashPassword(password),
        registration_time: Date.now(),
        pending: false,
        blocked: false,
        email,
        groups: approver ? ['group:approvers'] : [],
        tests_repo: '',
        machine_limit: limit ?? DEFAULT_MACHINE_LIMIT,
      });
    },
    async userApprove({ username, by = SYSTEM_USER }) {
      const user = await known(username);
      if (!user.pending) throw new AdminError(409, `user ${username} is not pending`);
      return await store({ ...user, pending: false }, { action: 'accept_user', by, message: 'accepted' });
    },
    userBlock: ({ username, by = SYSTEM_USER }) => setBlocked(username, true, by),
    userUnblock: ({ username, by = SYSTEM_USER }) => setBlocked(username, false, by),
    userLimit: async ({ username, machine_limit }) => store({ ...(await known(username)), machine_limit }),
    async userList({ pending }) {
      const users = [];
      for await (const user of reader.users()) {
        if (pending === undefined || user.pending === pending) users.push(userView(user));
      }
      return { users: users.sort((a, b) => (a.username < b.username ? -1 : 1)) };
    },
  };
}

/** The schema of users wants an address (spec: data-model.md §3); nobody reads mail at this domain (RFC 2606). */
function noMailOf(username: string): string {
  return `${username.toLowerCase()}@example.org`;
}
