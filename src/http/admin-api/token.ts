/**
 * How an operator on the same machine finds and enters a server: two small files in its data directory. The token is made
 * once and is readable by its owner only; the address is rewritten at each start.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { ADMIN_ADDRESS_FILE, ADMIN_TOKEN_FILE } from '../../protocol/admin.js';

const TOKEN_BYTES = 32;
const TOKEN_FORM = /^[A-Za-z0-9_-]{43}$/;
const OTHERS = 0o077;

export interface AdminAccess {
  readonly token: string;
  /** Tells clients on this machine where the server listens; a wildcard address is written as its loopback. */
  publish(host: string, port: number): Promise<void>;
  /** Removes the address file, when the server stops. */
  withdraw(): Promise<void>;
}

/**
 * Reads the admin token of a data directory, or makes it (and the directory).
 * Throws when the token file is open to other users or does not hold a token.
 */
export async function loadOrCreateAdminAccess(dataDir: string): Promise<AdminAccess> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const tokenFile = join(dataDir, ADMIN_TOKEN_FILE);
  const addressFile = join(dataDir, ADMIN_ADDRESS_FILE);
  return {
    token: (await createToken(tokenFile)) ?? (await readToken(tokenFile)),
    async publish(host, port) {
      const draft = `${addressFile}.${process.pid}`;
      await writeFile(draft, `${reachableHost(host)}:${port}\n`, { mode: 0o600 });
      await rename(draft, addressFile);
    },
    withdraw: () => rm(addressFile, { force: true }),
  };
}

/** Undefined when the file is there already. */
async function createToken(file: string): Promise<string | undefined> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(`${token}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return token;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  }
}

async function readToken(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const mode = (await handle.stat()).mode & 0o777;
    if ((mode & OTHERS) !== 0) {
      throw new Error(
        `${file} has mode ${mode.toString(8).padStart(4, '0')}: other users may have read the admin token. ` +
          'Remove the file, and the next start makes a new token (or, if you trust them, run chmod 600 on it).',
      );
    }
  } finally {
    await handle.close();
  }
  const token = (await readFile(file, 'utf8')).trim();
  if (!TOKEN_FORM.test(token)) {
    throw new Error(
      `${file} does not hold an admin token (43 base64url characters): remove it, and the next start makes one.`,
    );
  }
  return token;
}

/** The host under which this machine reaches a listener: an address of all interfaces is also that of the loopback. */
export function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIPv6(host) ? `[${host}]` : host;
}
