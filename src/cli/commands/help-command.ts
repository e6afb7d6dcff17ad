/** `shoal help`: what `--help` prints, of a command that is named by all its words, such as `run add`. */
import type { Command } from 'commander';
import { UsageError } from '../failures.js';

export function addHelpCommand(program: Command): void {
  program
    // Commander's own takes one word: of "help run add" it told what "run" does.
    .helpCommand(false)
    .command('help [command...]')
    .description('tell all about a command')
    .addHelpText('after', '\nExample: shoal help run add')
    .action((words: readonly string[]) => findCommand(program, words).outputHelp());
}

function findCommand(program: Command, words: readonly string[]): Command {
  let found = program;
  for (const [index, word] of words.entries()) {
    const next = found.commands.find((command) => command.name() === word);
    if (next === undefined) {
      const group = found.commands.length > 0 ? words.slice(0, index) : [];
      throw new UsageError(
        `there is no command "${words.slice(0, index + 1).join(' ')}"; "${['shoal', 'help', ...group].join(' ')}" names those that there are`,
      );
    }
    found = next;
  }
  return found;
}
