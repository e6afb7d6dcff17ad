#!/usr/bin/env -S node --enable-source-maps
/** The `shoal` command. The layers below it do not know each other: it hands the server and the swarm to the command line. */
import type { Tool } from '../cli/tool.js';

// The process list shows the title instead of the arguments, and so no password; hence before anything is loaded.
process.title = 'shoal';
const { runCli } = await import('../cli/program.js');
const { watchReaders } = await import('../cli/quiet-pipes.js');
const { demoCommand, swarmCommand } = await import('../swarm/arguments.js');
const { loadStart } = await import('./load-start.js');
const { serveCommand } = await import('./serve-command.js');
watchReaders();

const TOOLS: readonly Tool[] = [
  {
    command: serveCommand,
    run: async (argv) => {
      const loaded = await loadStart();
      return typeof loaded === 'number' ? loaded : await loaded.runServe(argv);
    },
  },
  {
    command: swarmCommand,
    run: async (argv) => (await import('../swarm/swarm-command.js')).runSwarmCommand(argv),
  },
  {
    command: demoCommand,
    run: async (argv) => (await import('../swarm/demo-command.js')).runDemo(argv),
  },
];

// Everything is written before the process ends by itself: process.exit could cut a pipe short.
process.exitCode = await runCli(
  process.argv.slice(2),
  {
    env: process.env,
    stdin: process.stdin,
    write: (text) => process.stdout.write(text),
    warn: (text) => process.stderr.write(text),
  },
  TOOLS,
);
