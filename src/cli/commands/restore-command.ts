/** `shoal restore`: puts a backup in the place of an embedded store. Needs no server; none may run on that directory. */
import type { Command } from 'commander';
import { sqliteDirectory } from '../../config/store-url.js';
import { checkStoreUrl } from '../../store/open-store.js';
import { restoreBackup } from '../../store/sqlite/restore.js';
import { StoreError } from '../../store/store-error.js';
import { RefusedError, UsageError } from '../failures.js';
import type { Session } from '../session.js';

const MIB = 1_048_576;

export function addRestoreCommand(program: Command, session: Session): void {
  program
    .command('restore <file>')
    .description('put a backup in the place of an embedded store')
    .option('--to <url>', 'the store (STORE_URL, or sqlite:./data)')
    .addHelpText(
      'after',
      `
Stop the server first. The database that is there is kept beside the restored one, its log with it.
Run it as the user who owns the store.

Example: shoal restore backups/shoal-monday.db --to sqlite:/var/lib/shoal`,
    )
    .action(async (file: string, { to }: { to?: string }) => {
      const url = to ?? (session.env['STORE_URL'] || 'sqlite:./data');
      const restored = await orFailure(async () => restoreBackup(file, await directoryOf(url), Date.now()));
      session.show(restored, ({ file, bytes, replaced }) => {
        const before = replaced === undefined ? '' : `\nWhat was there before is ${replaced}.`;
        return `${file}: ${(bytes / MIB).toFixed(1)} MiB restored. Start the server.${before}`;
      });
    });
}

async function directoryOf(url: string): Promise<string> {
  await checkStoreUrl(url);
  const directory = sqliteDirectory(url);
  if (directory === undefined)
    throw new UsageError('only an embedded store is restored here: use mongorestore');
  return directory;
}

async function orFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw error.code === 'url' ? new UsageError(error.message) : new RefusedError(error.message);
  }
}
