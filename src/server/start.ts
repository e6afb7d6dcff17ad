/** Reads the settings, then serves; or says whether they are good. */
import { watchReaders } from '../cli/quiet-pipes.js';
import { Settings, unknownText } from '../config/live-settings.js';
import { ConfigError } from '../config/read-config.js';
import { EXIT_CONFIG } from './exit.js';
import { partProblems } from './part-problems.js';
import { serve } from './serve.js';
import { type ServeOptions, serveCommand } from './serve-command.js';

/** `shoal serve`. @returns the exit code of one that only checked; that of a server comes with its end. @throws CommanderError */
export async function runServe(argv: readonly string[]): Promise<number> {
  const command = serveCommand().name('shoal serve').exitOverride();
  const { data, settings, checkConfig = false } = command.parse(argv, { from: 'user' }).opts<ServeOptions>();
  const { env } = process;
  if (settings !== undefined) env['SHOAL_ENV_FILE'] = settings;
  if (data !== undefined) {
    env['SHOAL_DATA'] = data;
    // An empty text is what a setting is that nobody made.
    env['STORE_URL'] ||= `sqlite:${data}`;
  }
  return await start(checkConfig);
}

/** Serves by the environment of this process, or only checks it. @returns the exit code, if the process were to end now */
export async function start(isCheck: boolean): Promise<number> {
  if (isCheck) watchReaders();
  let settings: Settings;
  try {
    settings = new Settings(process.env);
    const problems = isCheck ? await partProblems(settings.config) : [];
    if (problems.length > 0) throw new ConfigError(problems);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`shoal: ${error.message}\n`);
    return EXIT_CONFIG;
  }
  if (isCheck) {
    for (const name of settings.unknown()) process.stdout.write(`${unknownText(name)}\n`);
    process.stdout.write('the configuration is good\n');
  } else {
    await serve(settings);
  }
  return 0;
}
