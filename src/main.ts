/** The server as a process: serves, or says whether its settings are good (`--check-config`). `shoal serve` does the same. */
import { start } from './server/start.js';

process.exitCode = await start(process.argv.includes('--check-config'));
