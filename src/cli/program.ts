/**
 * The whole `shoal` command without the process around it, so that tests run it as it is.
 * Exit codes: 0 done, 1 refused by the server, 2 wrong usage, 3 no server answers.
 */
import { Command, CommanderError } from 'commander';
import { version } from '../config/version.js';
import { addBookCommands } from './commands/book-commands.js';
import { addCompletionCommand } from './commands/completion-command.js';
import { addConfigCommands } from './commands/config-commands.js';
import { addDoctorCommand } from './commands/doctor-command.js';
import { addHelpCommand } from './commands/help-command.js';
import { addMigrateCommand } from './commands/migrate-command.js';
import { addNetCommands } from './commands/net-commands.js';
import { addPruneCommand } from './commands/prune-command.js';
import { addRestoreCommand } from './commands/restore-command.js';
import { addRunCommands } from './commands/run-commands.js';
import { addServerCommands } from './commands/server-commands.js';
import { addUserCommands } from './commands/user-commands.js';
import { addWorkerCommands } from './commands/worker-commands.js';
import { CliFailure } from './failures.js';
import { type GlobalOptions, type ProcessIo, Session } from './session.js';
import { addTool, runTool, type Tool } from './tool.js';

const USAGE = 2;

const EXIT_CODES = `
Exit codes: 0 done, 1 refused by the server, 2 wrong usage, 3 no server answers.
Each command has its own help: shoal help run add, or shoal run add --help`;

/**
 * Runs one command line and resolves to its exit code.
 * @param args without the names of node and the script
 * @param tools commands of higher layers
 */
export async function runCli(
  args: readonly string[],
  around: ProcessIo,
  tools: readonly Tool[] = [],
): Promise<number> {
  const tool = tools.find(({ command }) => command().name() === args[0]);
  if (tool !== undefined) return await runTool(tool, args.slice(1), around.warn);
  try {
    await makeProgram(around, tools).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    if (!(error instanceof CliFailure)) throw error;
    around.warn(`shoal: ${error.message}\n`);
    return error.exitCode;
  }
}

function makeProgram(around: ProcessIo, tools: readonly Tool[]): Command {
  const program = new Command('shoal')
    .description(
      'A primary server for fishtest: serves workers, and operates a running server through its admin API.',
    )
    .version(version, '--version', 'print the version')
    .option('--json', "print the server's answer as JSON")
    .option('--url <url>', 'address of the admin API (from the data directory)')
    .option('--data <dir>', 'data directory of the server (SHOAL_DATA, or that of STORE_URL, or ./data)')
    .option('--token-file <file>', 'file with the admin token (admin-token in the data directory)')
    .addHelpText('after', EXIT_CODES)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: around.write, writeErr: around.warn })
    .showHelpAfterError('(add --help for what is possible)')
    .exitOverride();
  const session = new Session(around, () => program.opts<GlobalOptions>());
  for (const tool of tools) addTool(program, tool);
  addRunCommands(program, session);
  addUserCommands(program, session);
  addWorkerCommands(program, session);
  addNetCommands(program, session);
  addBookCommands(program, session);
  addServerCommands(program, session);
  addConfigCommands(program, session);
  addDoctorCommand(program, session);
  addMigrateCommand(program, session, around);
  addPruneCommand(program, session);
  addRestoreCommand(program, session);
  addCompletionCommand(program, around);
  addHelpCommand(program);
  for (const command of program.commands) nameSubcommands(command);
  return program;
}

/** What a command of several says of itself ends with their names, which come from nowhere else. */
function nameSubcommands(command: Command): void {
  if (command.commands.length === 0) return;
  command.description(`${command.description()}: ${command.commands.map((sub) => sub.name()).join(', ')}`);
}
