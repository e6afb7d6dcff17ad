/**
 * A run's architecture filter: a regular expression that is searched in the name of a worker's architecture (spec:
 * scheduling.md §2.4 row 9). Worked out once for all known names, by RE2's linear-time matching. RE2 has no look-around;
 * look-aheads at the start of an anchored pattern, the only ones of use here, are split off as searches of their own.
 */
import { RE2JS } from 're2js';

const LONGEST_PATTERN = 1000;

/** One boolean for each name, or why the pattern cannot be used. */
export type ArchMatches = { matches: boolean[] } | { error: string };

export function matchArchs(pattern: string, archs: readonly string[]): ArchMatches {
  if (pattern === '') return { matches: archs.map(() => true) };
  if (pattern.length > LONGEST_PATTERN) return { error: `longer than ${LONGEST_PATTERN} characters` };
  try {
    const conditions = split(translate(pattern)).map(({ text, wanted }) => ({
      regex: RE2JS.compile(text),
      wanted,
    }));
    const passes = (arch: string) =>
      conditions.every(({ regex, wanted }) => regex.matcher(arch).find() === wanted);
    return { matches: archs.map(passes) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** RE2 spells the end of the text \z where Python's dialect has \Z. */
function translate(pattern: string): string {
  return pattern.replaceAll(/(?<!\\)((?:\\\\)*)\\Z/g, '$1\\z');
}

interface Condition {
  text: string;
  /** Whether the text must be found or must not. */
  wanted: boolean;
}

/** `^(?!a)(?=b)c` is: not ^a, and ^b, and ^c. */
function split(pattern: string): Condition[] {
  if (!pattern.startsWith('^(?!') && !pattern.startsWith('^(?=')) return [{ text: pattern, wanted: true }];
  const conditions: Condition[] = [];
  let rest = pattern.slice(1);
  while (rest.startsWith('(?!') || rest.startsWith('(?=')) {
    const end = closingParenthesis(rest);
    conditions.push({ text: `^(?:${rest.slice(3, end)})`, wanted: rest[2] === '=' });
    rest = rest.slice(end + 1);
  }
  conditions.push({ text: `^${rest}`, wanted: true });
  return conditions;
}

/** Where the group that begins the pattern ends. */
function closingParenthesis(pattern: string): number {
  let depth = 0;
  let inClass = false;
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i];
    if (character === '\\') i++;
    else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return i;
  }
  throw new SyntaxError(`missing closing parenthesis in ${pattern}`);
}
