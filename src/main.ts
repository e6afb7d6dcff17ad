/** The process: reads the settings, then serves; or says whether they are good (`--check-config`). */

import { Settings, unknownText } from './config/live-settings.js';
import { ConfigError } from './config/read-config.js';
import { EXIT_CONFIG, partProblems } from './server/part-problems.js';
import { serve } from './server/serve.js';

const isCheck = process.argv.includes('--check-config');

function readSettings(): Settings {
  try {
    const settings = new Settings(process.env);
    const problems = isCheck ? partProblems(settings.config) : [];
    if (problems.length > 0) throw new ConfigError(problems);
    return settings;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`shoal: ${error.message}\n`);
    process.exit(EXIT_CONFIG);
  }
}

const settings = readSettings();
if (isCheck) {
  for (const name of settings.unknown()) process.stdout.write(`${unknownText(name)}\n`);
  process.stdout.write('the configuration is good\n');
} else {
  await serve(settings);
}
