/** Loads the server, once it is sure that it can be loaded. */
import { descriptorProblem } from './descriptor-limit.js';
import { EXIT_CONFIG } from './exit.js';

/** @returns the exit code of a process that cannot start; why is on its standard error */
export async function loadStart(): Promise<typeof import('./start.js') | number> {
  const problem = descriptorProblem();
  if (problem === undefined) return await import('./start.js');
  process.stderr.write(`shoal: ${problem}\n`);
  return EXIT_CONFIG;
}
