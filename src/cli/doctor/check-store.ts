/** The store: whether it is there, can be read, and has room. */
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { sqliteDirectory, withoutCredentials } from '../../config/store-url.js';
import { withTimeout } from '../../runtime/with-timeout.js';
import { openStore } from '../../store/open-store.js';
import { type Finding, fail, ok, warn } from './finding.js';

const GIB = 2 ** 30;
const LEAST_ROOM = GIB;
const PATIENCE_MS = 5000;
/** The driver's reason has to come before the patience ends. */
const SELECTION_MS = 3000;
/** File systems of other machines, by the number that statfs gives: locks and syncs of SQLite cannot be trusted there. */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9p'],
]);

export async function examineStore(url: string): Promise<Finding[]> {
  const directory = sqliteDirectory(url);
  if (directory === undefined) return [await readable(url)];
  const place = resolve(directory);
  const findings = [room(place)];
  if (existsSync(place)) findings.push(await readable(url));
  return findings;
}

function room(place: string): Finding {
  // What is not there yet is made inside of the nearest directory that is.
  let existing = place;
  while (!existsSync(existing)) existing = dirname(existing);
  try {
    accessSync(existing, constants.W_OK);
  } catch {
    return fail(
      'data directory',
      place,
      `It cannot be written by this user: chown ${process.getuid?.() ?? ''} ${existing}`,
    );
  }
  const { type, bavail, bsize } = statfsSync(existing);
  const free = bavail * bsize;
  const network = NETWORK_FILE_SYSTEMS.get(type);
  if (network !== undefined) {
    return fail(
      'data directory',
      `${place} on ${network}`,
      'Use a local disk: a network file system can lose what SQLite wrote.',
    );
  }
  const found = `${place}, ${(free / GIB).toFixed(1)} GiB free`;
  return free >= LEAST_ROOM
    ? ok('data directory', found)
    : warn('data directory', found, 'Make room: a full disk stops all work.');
}

async function readable(url: string): Promise<Finding> {
  const shown = withoutCredentials(url);
  const began = performance.now();
  try {
    const reading = openStore(url, { selectionMs: SELECTION_MS })
      .openReader()
      .then(async (reader) => {
        await reader.user('fishtest.system');
        await reader.close();
      });
    await withTimeout(
      reading,
      PATIENCE_MS,
      `no answer within ${PATIENCE_MS} ms: check that it runs and is not overloaded`,
    );
    return ok('store', `${shown} answers in ${Math.ceil(performance.now() - began)} ms`);
  } catch (error) {
    return fail('store', shown, `It cannot be read: ${withoutCredentials((error as Error).message)}`);
  }
}
