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

/** What facets ask about, found out once. */
export interface RunFacts {
  readonly kind: KindFacet;
  readonly results: readonly ResultFacet[];
  readonly isDeleted: boolean;
  readonly lastUpdated: number;
  readonly tcBase: number;
  readonly threads: number;
  readonly elo0: number | undefined;
  readonly elo1: number | undefined;
  readonly games: number;
  /** In small letters. */
  readonly branches: readonly string[];
  readonly book: string | undefined;
}

export function factsOf(run: FacetedRun): RunFacts {
  const { args, deleted, last_updated: lastUpdated, tc_base: tcBase, results } = run;
  return {
    kind: kindOf(args),
    results: resultsOf(run),
    isDeleted: deleted === true,
    lastUpdated,
    tcBase: tcBase ?? 0,
    threads: args.threads ?? 1,
    elo0: args.sprt?.elo0,
    elo1: args.sprt?.elo1,
    games: countGames(results ?? NONE),
    branches: [args.new_tag, args.base_tag].map(inSmallLetters).filter((name) => name !== undefined),
    book: inSmallLetters(args.book),
  };
}

export function matchesFacets(facets: RunFacets, run: FacetedRun): boolean {
  return new FacetTally(facets).add(factsOf(run));
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
  add(run: RunFacts): boolean {
    const { kind, result } = this.#facets;
    if (!matchesOthers(this.#facets, run)) return false;
    const isOfKind = kind === undefined || kind === run.kind;
    const hasResult = result === undefined || run.results.includes(result);
    if (hasResult) this.#kind[run.kind] += 1;
    if (isOfKind) for (const each of run.results) this.#result[each] += 1;
    return isOfKind && hasResult;
  }
}

/** All but those that are counted. */
function matchesOthers(facets: RunFacets, run: RunFacts): boolean {
  return (
    (facets.deleted === true) === run.isDeleted &&
    (facets.from === undefined || run.lastUpdated >= facets.from) &&
    (facets.before === undefined || run.lastUpdated < facets.before) &&
    (facets.tcMin === undefined || run.tcBase >= facets.tcMin) &&
    (facets.tcMax === undefined || run.tcBase <= facets.tcMax) &&
    (facets.threads === undefined || run.threads === facets.threads) &&
    (facets.elo0 === undefined || run.elo0 === facets.elo0) &&
    (facets.elo1 === undefined || run.elo1 === facets.elo1) &&
    (facets.branch === undefined || holds(facets.branch, run.branches)) &&
    (facets.book === undefined || holds(facets.book, [run.book])) &&
    (facets.gamesMin === undefined || run.games >= facets.gamesMin)
  );
}

function kindOf({ sprt, spsa }: BoxInput['args']): KindFacet {
  if (sprt !== undefined) return 'sprt';
  return spsa !== undefined ? 'spsa' : 'games';
}

function holds(part: string, names: readonly (string | undefined)[]): boolean {
  const wanted = part.toLowerCase();
  return names.some((name) => name?.includes(wanted));
}

/** Undefined for what is no text, as old documents may have. */
function inSmallLetters(name: unknown): string | undefined {
  return typeof name === 'string' ? name.toLowerCase() : undefined;
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
