/**
 * Finds the server that a swarm is to load and makes sure that it lets the swarm in: through the admin API of the data
 * directory where there is one, else at a given address with given accounts.
 */
import { createHmac } from 'node:crypto';
import { AdminClient, type ClientOptions } from '../cli/admin-client.js';
import { RefusedError, UnreachableError } from '../cli/failures.js';
import type { SwarmUser } from './options.js';
import type { Call } from './verify.js';

const DEFAULT_URL = 'http://127.0.0.1:8000';
const ACCOUNT = 'swarm';
/** Vanished workers' tasks count for their address until they are found dead, long after by an accelerated clock. */
const MACHINE_LIMIT = 10_000;

export interface Access {
  readonly url: string;
  readonly users: readonly SwarmUser[];
  /** Present when the admin API of that server answers. */
  readonly call: Call | undefined;
}

export interface Wanted extends ClientOptions {
  /** Root of the server for workers. */
  readonly workerUrl?: string | undefined;
  readonly users?: readonly SwarmUser[] | undefined;
}

/** @throws CliFailure with what to do */
export async function findAccess(wanted: Wanted, env: NodeJS.ProcessEnv): Promise<Access> {
  const client = new AdminClient(wanted, env);
  const call: Call = (verb, request) => client.call(verb, request);
  const found = await call('status', {}).then(
    ({ status }) => status.worker_url,
    (error: unknown) => {
      if (error instanceof UnreachableError || error instanceof RefusedError) return undefined;
      throw error;
    },
  );
  const url = wanted.workerUrl ?? found ?? DEFAULT_URL;
  const isAdmin = found !== undefined && samePort(found, url);
  if (wanted.users !== undefined) return { url, users: wanted.users, call: isAdmin ? call : undefined };
  if (!isAdmin) {
    throw new UnreachableError(
      `the admin API of the server at ${url} was not found, so no account can be made there: name the server's data ` +
        'directory with --data, or an account with --users name:password ("shoal user add name")',
    );
  }
  return { url, users: [await ownAccount(client)], call };
}

/**
 * The account of all swarms of a server. Its password follows from the admin token, so nobody without the token can play
 * games in its name, and nothing has to be kept.
 */
async function ownAccount(client: AdminClient): Promise<SwarmUser> {
  const password = createHmac('sha256', await client.token())
    .update('swarm account')
    .digest('base64url');
  const { users } = await client.call('userList', {});
  if (!users.some(({ username }) => username === ACCOUNT)) {
    await client.call('userAdd', { username: ACCOUNT, password, machine_limit: MACHINE_LIMIT });
  }
  return { username: ACCOUNT, password };
}

function samePort(a: string, b: string): boolean {
  return URL.canParse(a) && URL.canParse(b) && new URL(a).port === new URL(b).port;
}
