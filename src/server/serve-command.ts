/** The options of `shoal serve`. */
import { Command } from 'commander';
import { EXIT_CONFIG } from './exit.js';

export interface ServeOptions {
  readonly data?: string;
  readonly settings?: string;
  readonly checkConfig?: boolean;
}

const NOTES = `
Every setting is a variable of the environment: "shoal config check" lists them. State is kept in ./data when nothing else is said.
SIGTERM or Ctrl-C stops the server when everything is written, a second one at once; SIGHUP reads the file of settings and the
certificate again.

Example: FISHTEST_PORT=8000 shoal serve --data /var/lib/shoal
Exit codes: 0 stopped, 1 a fault, ${EXIT_CONFIG} a mistake in the settings.`;

export function serveCommand(): Command {
  return new Command('serve')
    .description('serve workers, until SIGTERM or Ctrl-C')
    .option(
      '--data <dir>',
      'embedded store and admin token, as SHOAL_DATA=DIR does, and STORE_URL=sqlite:DIR unless that is set',
    )
    .option('--settings <file>', 'file of settings, as SHOAL_ENV_FILE=FILE')
    .option('--check-config', 'only say whether the settings are good')
    .addHelpText('after', NOTES);
}
