/** Golden cases of purge_run, which work on a whole run. */

import type { GoldenCase, Verdict } from './suite.js';

/** The purge of a run needs its live state, which these recordings do not set up yet. */
export async function judgePurgeRun(_recorded: GoldenCase): Promise<Verdict> {
  return { kind: 'fail', why: 'purge_run: not there yet' };
}
