/**
 * Takes over what others changed in a shared database: accounts edited or deleted by hand or by a maintenance script, and
 * workers that were blocked there. The reference believes a loaded account for 120 s (docs/spec/worker-api.md §3.1); this runs
 * twice as often. A worker that was unblocked elsewhere stays blocked here until `shoal worker unblock`: each of its
 * requests writes its entry anew, so the two cannot be told apart.
 */
import { createHash } from 'node:crypto';
import type { UserDocument } from '../model/documents.js';
import type { State } from '../state/state.js';
import { DEFAULT_MACHINE_LIMIT } from '../state/users.js';
import type { Reader } from '../store/port.js';

type Accounts = Pick<Reader, 'users' | 'blockedWorkers'>;

export class AccountRefresh {
  readonly #state: State;
  readonly #reader: Accounts;
  /** By username: a digest of what memory was given, since memory itself holds no password to compare. */
  #known = new Map<string, string>();

  constructor(state: State, reader: Accounts) {
    this.#state = state;
    this.#reader = reader;
  }

  /** Returns how many accounts and workers changed. */
  async run(): Promise<number> {
    const { users } = this.#state;
    const seen = new Map<string, string>();
    let changes = 0;
    for await (const user of this.#reader.users()) {
      const now = digest(user);
      seen.set(user.username, now);
      const before = this.#known.get(user.username);
      if (before === undefined ? this.#agrees(user) : before === now) continue;
      if (users.setIfRoom(user)) changes++;
      else seen.delete(user.username);
    }
    for (const username of this.#known.keys()) {
      if (seen.has(username)) continue;
      // Without its verified credential the account is looked up in the store, which does not know it any more.
      users.setIfRoom({ username, blocked: false, pending: false, machine_limit: 0 });
      changes++;
    }
    this.#known = seen;
    return changes + (await this.#takeBlocks());
  }

  /** For an account seen for the first time: forgetting its credential without need would cost a slow check. */
  #agrees({ username, blocked, pending, machine_limit: limit }: UserDocument): boolean {
    const accountStatus = this.#state.users.accountStatus(username);
    return (
      accountStatus !== undefined &&
      accountStatus.blocked === (blocked ?? false) &&
      accountStatus.pending === (pending ?? false) &&
      accountStatus.machineLimit === (limit ?? DEFAULT_MACHINE_LIMIT)
    );
  }

  async #takeBlocks(): Promise<number> {
    const { workers, requestTaskMutex } = this.#state;
    let changes = 0;
    for await (const { worker_name: name, message, last_updated: since } of this.#reader.blockedWorkers()) {
      requestTaskMutex.run(0, () => {
        const worker = workers.record(name);
        if (workers.isBlocked(worker) || since <= workers.blockedAt(worker)) return;
        workers.setBlock(worker, true, message, since);
        changes++;
      });
    }
    return changes;
  }
}

function digest({ password, blocked, pending, machine_limit: limit }: UserDocument): string {
  return createHash('sha256')
    .update(JSON.stringify([password, blocked, pending, limit]))
    .digest('base64');
}
