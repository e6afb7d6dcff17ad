#!/usr/bin/env node
/** The `shoal` command. */

// The process list shows the title instead of the arguments, and so no password; hence before anything is loaded.
process.title = 'shoal';
const { runCli } = await import('./program.js');
const { watchReaders } = await import('./quiet-pipes.js');
watchReaders();

// Everything is written before the process ends by itself: process.exit could cut a pipe short.
process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  stdin: process.stdin,
  write: (text) => process.stdout.write(text),
  warn: (text) => process.stderr.write(text),
});
