/**
 * A command that does not ask a running server: `serve`, `swarm`, `demo`. It reads the words behind its name by itself, since its
 * options are its own: `--url` and `--json` mean something else there. It lies in a higher layer, so whoever runs the command line
 * hands it in; its code is loaded when it is called.
 */
import { type Command, CommanderError } from 'commander';
import { CliFailure, UsageError } from './failures.js';

const USAGE = 2;

export interface Tool {
  /** Its name, options and help, for those of the whole command line too. */
  readonly command: () => Command;
  /** @param argv the words behind its name. @returns the exit code. @throws CommanderError, CliFailure */
  readonly run: (argv: readonly string[]) => Promise<number>;
}

/** Lists a tool among the commands. It is run from there only when other options stand before its name. */
export function addTool(program: Command, { command }: Tool): void {
  const listed = command();
  const name = listed.name();
  program.addCommand(
    listed
      .copyInheritedSettings(program)
      .configureHelp({ showGlobalOptions: false })
      .action(() => {
        throw new UsageError(`write "shoal ${name}" first, and its options behind it`);
      }),
  );
}

/** Runs a tool as `shoal NAME` and resolves to its exit code. */
export async function runTool(
  tool: Tool,
  argv: readonly string[],
  warn: (text: string) => void,
): Promise<number> {
  try {
    return await tool.run(argv);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    warn(`shoal ${tool.command().name()}: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof CliFailure ? error.exitCode : 1;
  }
}
