/** `shoal prune`: frees the space of native parts that are installed for other machines. */
import { unlinkSync } from 'node:fs';
import type { Command } from 'commander';
import { loadBinding, superfluousFiles } from '../../http/transport/uws.js';
import type { Session } from '../session.js';

const MEBIBYTE = 2 ** 20;

export function addPruneCommand(program: Command, session: Session): void {
  program
    .command('prune')
    .description(
      "remove uWebSockets.js's binaries for other systems and versions of Node.js from this installation",
    )
    .option('--dry-run', 'only say what would be removed')
    .addHelpText(
      'after',
      '\nAfter another version of Node.js was installed, install Shoal again. Nothing is removed unless a binary loads here.\n\nExample: shoal prune --dry-run',
    )
    .action(({ dryRun = false }: { dryRun?: boolean }) => {
      const { name } = loadBinding();
      const files = superfluousFiles();
      if (!dryRun) for (const { file } of files) unlinkSync(file);
      const bytes = files.reduce((sum, { size }) => sum + size, 0);
      session.show({ kept: name, files: files.map(({ file }) => file), bytes, removed: !dryRun }, () => {
        const verb = dryRun ? 'could be removed' : 'removed';
        return `${files.length} files of ${Math.round(bytes / MEBIBYTE)} MiB ${verb}; in use: ${name}`;
      });
    });
}
