/** The process: reads the settings, then serves; or says whether they are good (`--check-config`). */
import { ConfigError } from './config/config.js';
import { Settings, unknownText } from './config/live-settings.js';
import { serve } from './server/serve.js';

/** As sysexits.h's EX_CONFIG: a supervisor need not try again. */
const EXIT_CONFIG = 78;

function readSettings(): Settings {
  try {
    return new Settings(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`shoal: ${error.message}\n`);
    process.exit(EXIT_CONFIG);
  }
}

const settings = readSettings();
if (process.argv.includes('--check-config')) {
  for (const name of settings.unknown()) process.stdout.write(`${unknownText(name)}\n`);
  process.stdout.write('the configuration is good\n');
} else {
  await serve(settings);
}
