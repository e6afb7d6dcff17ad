/**
 * A page thread: makes the pages of the web application, and what open pages watch (`site/`).
 *
 * It owns what a pool thread owns, waits for the same, and ends and dies like one. Its priority is lower: where processors are short,
 * pages wait for workers' requests (native-notes/locks.md tells what a lock costs that it holds meanwhile).
 */
import { getPriority, setPriority } from 'node:os';
import { GitHubClient } from '../github/github-client.js';
import { Site } from '../site/answer-site.js';
import type { LiveAnswer } from '../site/live/live-messages.js';
import type { SiteAnswer } from '../site/site-messages.js';
import { NetFiles } from '../store/networks/net-files.js';
import type { PageCall } from './pool-messages.js';
import { openThread } from './thread-parts.js';

/** The lowest priority that there is. */
const LOWEST = 19;

const { data, shared, reader } = await openThread('page');
const site = new Site(
  {
    state: shared.state,
    reader,
    settings: data.site,
    isPrimary: data.isPrimary,
    github: new GitHubClient(data.github),
    networks: new NetFiles(data.netsDirectory),
  },
  shared.sessionChanges,
);
// Piscina's `niceIncrement` would lower it before the modules are loaded, and a start on a busy machine would take too long.
lowerPriority(data.pageNice);

export default async function handle(call: PageCall): Promise<SiteAnswer | LiveAnswer> {
  shared.counters.add('pageCalls');
  return call.kind === 'live' ? await site.renderLive(call) : await site.answer(call);
}

/** Of this thread alone, which Linux calls 0; elsewhere that is the whole process. */
function lowerPriority(by: number): void {
  if (by === 0 || process.platform !== 'linux') return;
  try {
    setPriority(0, Math.min(LOWEST, getPriority(0) + by));
  } catch {
    // A sandbox may forbid it: then pages have the priority of the rest.
  }
}
