/**
 * A run's arch_filter: a regular expression in the dialect of Python's `regex`, searched in a worker's architecture
 * (docs/spec/scheduling.md §2.4). Users write it, so it runs on RE2 in linear time; nothing here backtracks.
 *
 * RE2 has no look-ahead. What people write is an anchored one, `^(?!unknown)` or `^(?=x86)(?!.*avx512)`: there a
 * look-ahead is a search of its own from the start of the text, so a pattern becomes a combination of RE2 searches.
 */
import { RE2JS } from 're2js';
import { type PatternToken, translatePattern } from './arch-filter-tokens.js';

/** In UTF-16 units. */
const LONGEST_PATTERN = 1000;

/** Whether archs[i] matches, for every i, or why the pattern cannot be used. */
export type ArchMatches = { matches: boolean[] } | { error: string };

type Predicate = (arch: string) => boolean;

/** Searches a filter in each architecture. Never throws: what RE2 cannot do comes back as `error`. */
export function matchArchs(pattern: string, archs: readonly string[]): ArchMatches {
  if (pattern.length > LONGEST_PATTERN) return { error: `it is longer than ${LONGEST_PATTERN} characters` };
  try {
    const { tokens, flags } = translatePattern(pattern);
    return { matches: archs.map(search(tokens, flags)) };
  } catch (cause) {
    return { error: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** True where the pattern matches anywhere in the text. */
function search(tokens: readonly PatternToken[], flags: string): Predicate {
  if (!tokens.some(isLookAhead)) return linearSearch(tokens, '', flags);
  return anyOf(splitAlternatives(tokens).map((branch) => searchBranch(branch, flags)));
}

function searchBranch(branch: readonly PatternToken[], flags: string): Predicate {
  if (branch[0]?.kind === 'start') return matchFromStart(branch.slice(1), flags);
  return linearSearch(branch, '', flags);
}

/** True where the pattern matches from the start of the text on. */
function matchAtStart(tokens: readonly PatternToken[], flags: string): Predicate {
  return anyOf(splitAlternatives(tokens).map((branch) => matchFromStart(branch, flags)));
}

/** Takes the look-aheads off the front of a branch that begins at the start of the text. */
function matchFromStart(branch: readonly PatternToken[], flags: string): Predicate {
  const conditions: Predicate[] = [];
  let rest = branch;
  for (let first = rest[0]; first?.kind === 'ahead' || first?.kind === 'not-ahead'; first = rest[0]) {
    const end = closingParenthesis(rest);
    const inner = matchAtStart(rest.slice(1, end), flags);
    conditions.push(first.kind === 'ahead' ? inner : (arch) => !inner(arch));
    rest = rest.slice(end + 1);
    if (rest[0]?.kind === 'quantifier') throw new Error('a look-ahead cannot be repeated');
    if (rest[0]?.kind === 'start') rest = rest.slice(1);
  }
  if (rest.length > 0) conditions.push(linearSearch(rest, '\\A', flags));
  return (arch) => conditions.every((holds) => holds(arch));
}

function linearSearch(tokens: readonly PatternToken[], anchor: string, flags: string): Predicate {
  if (tokens.some(isLookAhead)) {
    throw new Error('look-aheads are supported only right after a leading ^');
  }
  const source = tokens.map(({ text }) => text).join('');
  const compiled = RE2JS.compile(`${flags}${anchor}(?:${source})`, RE2JS.LOOKBEHINDS);
  return (arch) => compiled.test(arch);
}

function anyOf(predicates: readonly Predicate[]): Predicate {
  return (arch) => predicates.some((holds) => holds(arch));
}

function isLookAhead({ kind }: PatternToken): boolean {
  return kind === 'ahead' || kind === 'not-ahead';
}

/** Splits at the bars outside all parentheses. */
function splitAlternatives(tokens: readonly PatternToken[]): PatternToken[][] {
  const branches: PatternToken[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'open' || isLookAhead(token)) depth++;
    else if (token.kind === 'close') depth--;
    if (token.kind === 'bar' && depth === 0) branches.push([]);
    else branches.at(-1)!.push(token);
  }
  return branches;
}

/** Index of the parenthesis that closes the group opened by the first token. */
function closingParenthesis(tokens: readonly PatternToken[]): number {
  let depth = 0;
  for (const [i, token] of tokens.entries()) {
    if (token.kind === 'open' || isLookAhead(token)) depth++;
    else if (token.kind === 'close' && --depth === 0) return i;
  }
  throw new Error('missing )');
}
