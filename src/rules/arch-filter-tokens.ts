/**
 * Cuts a pattern in the dialect of Python's `regex` into tokens and writes each as RE2 wants it. Refuses what RE2
 * would read differently; what RE2 refuses by itself is left to it.
 */

export interface PatternToken {
  readonly kind: 'atom' | 'quantifier' | 'open' | 'close' | 'bar' | 'start' | 'ahead' | 'not-ahead';
  /** In RE2's syntax; of no use for look-aheads. */
  readonly text: string;
}

export interface TranslatedPattern {
  readonly tokens: PatternToken[];
  /** `(?i)` or the like, to put in front of every part of the pattern, or nothing. */
  readonly flags: string;
}

const LEADING_FLAGS = /^\(\?([aimsux]+)\)/;
const QUANTIFIER = /^(?:[*+?]|\{(\d*)(,?)(\d*)\})/;
const GROUP = /^\((?:\?(?:#|[=!]|<[=!]|:|P?<[A-Za-z_]\w*>|[ims]+(?:-[ims]+)?:|-[ims]+:))?/;
/** Escapes that RE2 gives a meaning Python's dialect does not know. */
const FOREIGN_ESCAPES = 'QECzaK';

/** Throws Error, with a reason for the author of the pattern, where the dialects differ beyond translation. */
export function translatePattern(pattern: string): TranslatedPattern {
  const given = LEADING_FLAGS.exec(pattern);
  const letters = given?.[1] ?? '';
  const verbose = letters.includes('x');
  // a and u make no difference for the ASCII names searched; x is dealt with here.
  const kept = [...new Set(letters.replaceAll(/[aux]/g, ''))].join('');
  const flags = kept === '' ? '' : `(?${kept})`;
  const tokens: PatternToken[] = [];
  let at = given?.[0].length ?? 0;
  while (at < pattern.length) {
    const skipped = lengthOfComment(pattern, at, verbose);
    if (skipped > 0) {
      at += skipped;
      continue;
    }
    const [token, length] = readToken(pattern, at, tokens.at(-1));
    tokens.push(token);
    at += length;
  }
  checkParentheses(tokens);
  return { tokens, flags };
}

/** Parts of a pattern get parentheses of their own, which must not complete those of the author. */
function checkParentheses(tokens: readonly PatternToken[]): void {
  let depth = 0;
  for (const { kind } of tokens) {
    if (kind === 'close') depth--;
    else if (kind === 'open' || kind === 'ahead' || kind === 'not-ahead') depth++;
    if (depth < 0) throw new Error('unbalanced )');
  }
  if (depth > 0) throw new Error('missing )');
}

function lengthOfComment(pattern: string, at: number, verbose: boolean): number {
  if (pattern.startsWith('(?#', at)) {
    const end = pattern.indexOf(')', at);
    if (end < 0) throw new Error('missing ) after a comment');
    return end + 1 - at;
  }
  if (!verbose) return 0;
  if (/\s/.test(pattern[at]!)) return 1;
  if (pattern[at] !== '#') return 0;
  const end = pattern.indexOf('\n', at);
  return (end < 0 ? pattern.length : end) - at;
}

function readToken(pattern: string, at: number, before: PatternToken | undefined): [PatternToken, number] {
  const char = pattern[at]!;
  if (char === '\\') return readEscape(pattern, at);
  if (char === '[') return readClass(pattern, at);
  if (char === '(') return readBatch(pattern, at);
  if (char === ')') return [{ kind: 'close', text: char }, 1];
  if (char === '|') return [{ kind: 'bar', text: char }, 1];
  if (char === '^') return [{ kind: 'start', text: char }, 1];
  if ('*+?{'.includes(char)) return readQuantifier(pattern, at, before);
  return [{ kind: 'atom', text: char }, 1];
}

function readEscape(pattern: string, at: number): [PatternToken, number] {
  const letter = pattern[at + 1];
  if (letter === undefined) throw new Error('it ends in a backslash');
  if (letter === 'A') return [{ kind: 'start', text: '\\A' }, 2];
  if (letter === 'Z') return [{ kind: 'atom', text: '\\z' }, 2];
  if (letter === 'u') {
    const digits = /^[0-9a-fA-F]{4}/.exec(pattern.slice(at + 2))?.[0];
    if (digits === undefined) throw new Error('\\u needs four hex digits');
    return [{ kind: 'atom', text: `\\x{${digits}}` }, 6];
  }
  if (FOREIGN_ESCAPES.includes(letter)) throw new Error(`\\${letter} is not supported`);
  const long = /^\\(?:x[0-9a-fA-F]{2}|[pP](?:\{[^}]*\}|[A-Z]))/.exec(pattern.slice(at))?.[0];
  return [{ kind: 'atom', text: long ?? pattern.slice(at, at + 2) }, long?.length ?? 2];
}

function readClass(pattern: string, at: number): [PatternToken, number] {
  let end = at + 1;
  if (pattern[end] === '^') end++;
  // A bracket right at the start stands for itself.
  if (pattern[end] === ']') end++;
  while (end < pattern.length && pattern[end] !== ']') {
    const posix = /^\[:\^?[a-z]+:\]/.exec(pattern.slice(end, end + 20))?.[0];
    end += posix?.length ?? (pattern[end] === '\\' ? 2 : 1);
  }
  if (end >= pattern.length) throw new Error('missing ] after a set');
  return [{ kind: 'atom', text: pattern.slice(at, end + 1) }, end + 1 - at];
}

function readBatch(pattern: string, at: number): [PatternToken, number] {
  const text = GROUP.exec(pattern.slice(at, at + 100))?.[0] ?? '(';
  if (text === '(' && pattern[at + 1] === '?')
    throw new Error(`${pattern.slice(at, at + 4)} is not supported`);
  if (text === '(?=') return [{ kind: 'ahead', text }, text.length];
  if (text === '(?!') return [{ kind: 'not-ahead', text }, text.length];
  return [{ kind: 'open', text }, text.length];
}

function readQuantifier(
  pattern: string,
  at: number,
  before: PatternToken | undefined,
): [PatternToken, number] {
  const [text, low, comma, high] = QUANTIFIER.exec(pattern.slice(at, at + 20)) ?? [];
  // Elsewhere a brace is a fuzzy match in one dialect and a plain character in the other.
  if (text === undefined || (text.startsWith('{') && low === '' && high === '')) {
    throw new Error('a brace that is no plain repetition is not supported');
  }
  if (before?.kind === 'quantifier') {
    if (text === '+') throw new Error('possessive repetition is not supported');
    if (text !== '?' || before.text.endsWith('??')) throw new Error('multiple repeat');
    return [{ kind: 'quantifier', text: '?' }, 1];
  }
  const written = low === '' ? `{0${comma}${high}}` : text;
  return [{ kind: 'quantifier', text: written }, text.length];
}
