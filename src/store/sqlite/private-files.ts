/**
 * Passwords and addresses of volunteers are in the files of a store, so only their owner may read them, whatever the directory's
 * mode and the umask are. SQLite gives its log and its index the mode that the database has.
 */
import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs';

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;
const SIDE_FILES = ['-wal', '-shm', '-journal'] as const;

/** Makes the database file where there is none, and closes it and its side files to others. */
export function makePrivate(file: string): void {
  if (!existsSync(file)) writeFileSync(file, '', { mode: OWNER_ONLY, flag: 'wx' });
  for (const each of [file, ...SIDE_FILES.map((end) => file + end)]) closeToOthers(each);
}

/** By the name: to open and close a file would drop the locks that SQLite has on it in this process. */
function closeToOthers(file: string): void {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & OTHERS) !== 0) chmodSync(file, OWNER_ONLY);
}
