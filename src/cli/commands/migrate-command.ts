/** `shoal migrate`: copies a whole store, with a progress bar on a terminal. Needs no server; none may write to either store. */
import type { Command } from 'commander';
import { withoutCredentials } from '../../config/store-url.js';
import { type MigrationPart, migrateStore } from '../../store/migrate-store.js';
import { openStore } from '../../store/open-store.js';
import { StoreError } from '../../store/store-error.js';
import { RefusedError, UsageError } from '../failures.js';
import { facts } from '../print.js';
import type { ProcessIo, Session } from '../session.js';

const BAR_CELLS = 30;
const REDRAW_MS = 100;
/** Whoever waits at a shell is told within five seconds, start of the process included. */
const SELECTION_MS = 3000;

export function addMigrateCommand(program: Command, session: Session, around: ProcessIo): void {
  program
    .command('migrate')
    .description('copy everything from one store into another; go on where an earlier call ended')
    .requiredOption('--from <url>', 'store to read')
    .requiredOption('--to <url>', 'empty store to write, or one that an earlier call began')
    .addHelpText(
      'after',
      '\nStop the servers of both stores first.\nExample: shoal migrate --from sqlite:./data --to mongodb://localhost/fishtest_new',
    )
    .action(async ({ from, to }: { from: string; to: string }) => {
      if (from === to) throw new UsageError('--from and --to name the same store');
      const bar = new ProgressBar(around.warn, process.stderr.isTTY === true);
      try {
        const name = withoutCredentials(from);
        const [source, target] = [from, to].map((url) => openStore(url, { selectionMs: SELECTION_MS }));
        const counts = await migrateStore(source!, target!, { name, onProgress: bar.show });
        bar.end();
        session.show({ ...counts }, (copied) => facts(Object.entries(copied)));
      } catch (error) {
        bar.end();
        if (!(error instanceof StoreError)) throw error;
        throw error.code === 'url' ? new UsageError(error.message) : new RefusedError(error.message);
      }
    });
}

/** One line that is drawn over on a terminal, or a line for each finished part elsewhere. */
class ProgressBar {
  readonly #write: (text: string) => void;
  readonly #isTerminal: boolean;
  #drawn = 0;
  #open = false;

  constructor(write: (text: string) => void, isTerminal: boolean) {
    this.#write = write;
    this.#isTerminal = isTerminal;
  }

  readonly show = (part: MigrationPart, done: number, total: number): void => {
    const isDone = done >= total;
    if (!this.#isTerminal) {
      if (isDone) this.#write(`${part}: ${done} of ${total}\n`);
      return;
    }
    if (!isDone && Date.now() - this.#drawn < REDRAW_MS) return;
    this.#drawn = Date.now();
    const cells = Math.round((BAR_CELLS * done) / Math.max(done, total));
    const bar = '#'.repeat(cells).padEnd(BAR_CELLS, '.');
    this.#write(`\r${part.padEnd(8)} [${bar}] ${done} of ${total}${isDone ? '\n' : ''}`);
    this.#open = !isDone;
  };

  end(): void {
    if (this.#open) this.#write('\n');
    this.#open = false;
  }
}
