/** The server as a process: serves, or says whether its settings are good (`--check-config`). `shoal serve` does the same. */
import { loadStart } from './server/load-start.js';

const loaded = await loadStart();
process.exitCode =
  typeof loaded === 'number' ? loaded : await loaded.start(process.argv.includes('--check-config'));
