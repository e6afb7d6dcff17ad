/**
 * Facets of finished tests (docs/spec/web-ui.md §4.4): what a search asks beside words and owners. One predicate for both stores,
 * so that they find the same; documents may be as old as fishtest, and lack members.
 */
import { countGames } from './crash-or-time.js';
import { RED, type resultBox, resultStyle, YELLOW } from './result-box.js';

export const KINDS = ['sprt', 'spsa', 'games'] as const;
export type KindFacet = (typeof KINDS)[number];
export const RESULTS = ['accepted', 'rejected', 'yellow', 'undecided', 'failed'] as const;
export type ResultFacet = (typeof RESULTS)[number];

/** All that are given must fit. */
export interface RunFacets {
  readonly kind?: KindFacet;
  readonly result?: ResultFacet;
  /** Seconds of the base time, inclusive. */
  readonly tcMin?: number;
  readonly tcMax?: number;
  readonly threads?: number;
  readonly elo0?: number;
  readonly elo1?: number;
  /** Of the last change, in milliseconds since the epoch: from then on, and before. */
  readonly from?: number;
  readonly before?: number;
  readonly gamesMin?: number;
  /** Parts of names, whatever the case of their letters. */
  readonly branch?: string;
  readonly book?: string;
  /** Deleted tests alone; absent: those of the lists. */
  readonly deleted?: true;
}

type BoxInput = Parameters<typeof resultBox>[0];

/** What is looked at of a run. */
export interface FacetedRun extends Pick<BoxInput, 'args'> {
  readonly results?: BoxInput['results'];
  readonly last_updated: number;
  readonly tc_base?: number;
  readonly failed?: boolean;
  readonly deleted?: boolean;
  readonly args: BoxInput['args'] & {
    readonly threads?: number;
    readonly new_tag?: string;
    readonly base_tag?: string;
    readonly book?: string;
  };
}

const NONE: BoxInput['results'] = { wins: 0, losses: 0, draws: 0, crashes: 0, time_losses: 0 };

export function matchesFacets(facets: RunFacets, run: FacetedRun): boolean {
  return (
    matchesOthers(facets, run) &&
    (facets.kind === undefined || kindOf(run.args) === facets.kind) &&
    (facets.result === undefined || resultsOf(run).includes(facets.result))
  );
}

/** How many runs fit what else is asked, of each kind and of each result. */
export interface FacetCounts {
  readonly kind: Readonly<Record<KindFacet, number>>;
  readonly result: Readonly<Record<ResultFacet, number>>;
}

/**
 * Counts beside each choice, while a search looks at runs anyway: how many the choice would find in place of the one that is asked
 * for.
 */
export class FacetTally {
  readonly #facets: RunFacets;
  readonly #kind = { sprt: 0, spsa: 0, games: 0 };
  readonly #result = { accepted: 0, rejected: 0, yellow: 0, undecided: 0, failed: 0 };

  constructor(facets: RunFacets) {
    this.#facets = facets;
  }

  get counts(): FacetCounts {
    return { kind: this.#kind, result: this.#result };
  }

  /** @returns whether the run fits all that is asked */
  add(run: FacetedRun): boolean {
    const { kind, result } = this.#facets;
    if (!matchesOthers(this.#facets, run)) return false;
    const own = kindOf(run.args);
    const isOfKind = kind === undefined || kind === own;
    const results = resultsOf(run);
    const hasResult = result === undefined || results.includes(result);
    if (hasResult) this.#kind[own] += 1;
    if (isOfKind) for (const each of results) this.#result[each] += 1;
    return isOfKind && hasResult;
  }
}

/** All but those that are counted. */
function matchesOthers(facets: RunFacets, run: FacetedRun): boolean {
  const { args } = run;
  const { sprt } = args;
  return (
    (facets.deleted === true) === (run.deleted === true) &&
    (facets.from === undefined || run.last_updated >= facets.from) &&
    (facets.before === undefined || run.last_updated < facets.before) &&
    (facets.tcMin === undefined || (run.tc_base ?? 0) >= facets.tcMin) &&
    (facets.tcMax === undefined || (run.tc_base ?? 0) <= facets.tcMax) &&
    (facets.threads === undefined || (args.threads ?? 1) === facets.threads) &&
    (facets.elo0 === undefined || sprt?.elo0 === facets.elo0) &&
    (facets.elo1 === undefined || sprt?.elo1 === facets.elo1) &&
    (facets.branch === undefined || holds(facets.branch, args.new_tag, args.base_tag)) &&
    (facets.book === undefined || holds(facets.book, args.book)) &&
    (facets.gamesMin === undefined || countGames(run.results ?? NONE) >= facets.gamesMin)
  );
}

function kindOf({ sprt, spsa }: BoxInput['args']): KindFacet {
  if (sprt !== undefined) return 'sprt';
  return spsa !== undefined ? 'spsa' : 'games';
}

function holds(part: string, ...names: readonly (string | undefined)[]): boolean {
  const wanted = part.toLowerCase();
  return names.some((name) => typeof name === 'string' && name.toLowerCase().includes(wanted));
}

const FAILED: readonly ResultFacet[] = ['failed'];
const UNDECIDED: readonly ResultFacet[] = ['undecided'];
const ACCEPTED: readonly ResultFacet[] = ['accepted'];
const REJECTED: readonly ResultFacet[] = ['rejected'];
const YELLOW_ONES: readonly ResultFacet[] = ['rejected', 'yellow'];

/** By the colour that lists show. Yellow ones are rejected, too. */
function resultsOf(run: FacetedRun): readonly ResultFacet[] {
  if (run.failed === true) return FAILED;
  const style = resultStyle({ args: run.args, results: run.results ?? NONE });
  if (style === '') return UNDECIDED;
  if (style === YELLOW) return YELLOW_ONES;
  return style === RED ? REJECTED : ACCEPTED;
}
