/**
 * Holds the swarm's books against the server's, game for game. A run may have had games before: what the swarm sent is the
 * difference from a baseline. Updates that were never answered may be in the server's results or not.
 */

import type { Results } from '../model/documents.js';
import type { AdminAnswer, AdminRequest, AdminVerb, RunDetail } from '../protocol/admin.js';
import type { KnownRun, Ledger } from './ledger.js';
import { type FullResults, gamesIn, noResults } from './simulated-games.js';

export type Call = <V extends AdminVerb>(verb: V, request: AdminRequest<V>) => Promise<AdminAnswer<V>>;

/** Results by run before the swarm began. */
export type Baseline = ReadonlyMap<string, Results>;

export interface RunVerification {
  readonly id: string;
  readonly state: string;
  /** The decision of an SPRT, '' for others and while undecided. */
  readonly sprt: string;
  /** Games that the server has counted since the swarm began, and those that it acknowledged to the swarm. */
  readonly server: number;
  readonly acknowledged: number;
  readonly uncertain: number;
  /** Counts that differ; empty when the books agree. */
  readonly differences: readonly string[];
  /** Set when the two cannot be compared. */
  readonly excuse?: string;
}

export interface Verification {
  readonly agrees: boolean;
  readonly runs: readonly RunVerification[];
}

const MOST_RUNS = 1000;

export async function takeBaseline(call: Call): Promise<Baseline> {
  const { runs } = await call('runList', { state: 'all', limit: MOST_RUNS });
  return new Map(runs.map((run) => [run.id, run.results]));
}

export async function verify(call: Call, ledger: Ledger, baseline: Baseline): Promise<Verification> {
  const runs: RunVerification[] = [];
  for (const known of ledger.runs.values()) {
    const { run } = await call('runShow', { id: known.id });
    runs.push(compare(known, run, baseline.get(known.id) ?? noResults()));
  }
  return { agrees: runs.every(({ differences }) => differences.length === 0), runs };
}

export function compare(
  known: Pick<KnownRun, 'id' | 'acknowledged' | 'uncertain'>,
  run: Pick<RunDetail, 'results' | 'state' | 'sprt' | 'tasks'>,
  before: Results,
): RunVerification {
  const purged = run.tasks.bad > 0;
  const differences: string[] = [];
  const check = (name: string, server: number, sent: number, uncertain: number): void => {
    // A purge takes games away, so no lower bound is left.
    const low = purged ? Number.NEGATIVE_INFINITY : sent;
    if (server >= low && server <= sent + uncertain) return;
    const range = uncertain === 0 ? `${sent}` : `${sent} to ${sent + uncertain}`;
    differences.push(`${name}: the server has ${server}, the swarm ${range}`);
  };
  for (const key of ['wins', 'losses', 'draws', 'crashes', 'time_losses'] as const) {
    check(key, run.results[key] - before[key], known.acknowledged[key], known.uncertain[key]);
  }
  for (let i = 0; i < 5; i++) {
    const server = pentanomial(run.results, i) - pentanomial(before, i);
    check(`pentanomial[${i}]`, server, known.acknowledged.pentanomial[i]!, known.uncertain.pentanomial[i]!);
  }
  return {
    id: known.id,
    state: run.state,
    sprt: run.sprt?.state ?? '',
    server: gamesIn(run.results) - gamesIn(before),
    acknowledged: gamesIn(known.acknowledged),
    uncertain: gamesIn(known.uncertain),
    differences,
    ...(purged ? { excuse: `${run.tasks.bad} tasks were purged, so only an upper bound was checked` } : {}),
  };
}

function pentanomial(results: Results | FullResults, index: number): number {
  return results.pentanomial?.[index] ?? 0;
}

export function describeVerification({ runs }: Verification): string {
  return runs
    .map((run) => {
      const decision = run.sprt === '' ? run.state : `${run.state}, SPRT ${run.sprt}`;
      const head = `run ${run.id} (${decision}): server ${run.server} games, swarm ${run.acknowledged}`;
      const uncertain = run.uncertain === 0 ? '' : ` and ${run.uncertain} uncertain`;
      if (run.differences.length > 0)
        return `${head}${uncertain}: DIFFERENT\n  ${run.differences.join('\n  ')}`;
      const agreement =
        run.uncertain === 0 ? 'they agree in every count' : 'they agree as far as replies came';
      return `${head}${uncertain}: ${run.excuse ?? agreement}`;
    })
    .join('\n');
}
