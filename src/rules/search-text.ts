/**
 * Full-text search as both stores do it (docs/spec/web-ui.md §4.4): what a word is, how a search is read, and whether a text
 * matches it. Case and accents do not count. Words are divided as MongoDB's text index divides them.
 */

/** Between texts that are searched together, so that no phrase begins in one and ends in the next; no search can name it. */
export const TEXT_BOUNDARY = '\uE000';

const BETWEEN_WORDS =
  /[\p{White_Space}\p{Dash}\p{Quotation_Mark}\p{Pattern_Syntax}\p{Terminal_Punctuation}\p{Cc}\p{Cf}\p{Co}\u30FB\uFF65]+/u;
const MARKS = /\p{M}+/gu;
const TYPOGRAPHIC_QUOTES = /[“”„‟«»″]/g;
const TERM = /(-?)(?:"([^"]*)"?|([^\s"]+))/g;
const LONGEST = 300;
const MOST_TERMS = 30;

export interface TextSearch {
  /** Any of them must be there, when no phrase is asked for. */
  readonly any: readonly string[];
  /** All of them must be there, word by word. */
  readonly phrases: readonly (readonly string[])[];
  /** None of them may be there. */
  readonly excluded: readonly (readonly string[])[];
}

/** The words of a text, in small letters and without accents. */
export function wordsOf(text: string): string[] {
  return text
    .normalize('NFD')
    .replace(MARKS, '')
    .toLowerCase()
    .split(BETWEEN_WORDS)
    .filter((word) => word !== '');
}

/** Undefined for a search that nothing can match: without words, or with exclusions alone. */
export function parseSearch(given: string): TextSearch | undefined {
  const text = given.slice(0, LONGEST).replace(TYPOGRAPHIC_QUOTES, '"');
  const any: string[] = [];
  const phrases: string[][] = [];
  const excluded: string[][] = [];
  for (const [, minus, phrase, word] of [...text.matchAll(TERM)].slice(0, MOST_TERMS)) {
    const words = wordsOf(phrase ?? word ?? '');
    if (words.length === 0) continue;
    if (minus === '-') excluded.push(words);
    else if (phrase !== undefined) phrases.push(words);
    else any.push(...words);
  }
  return any.length === 0 && phrases.length === 0 ? undefined : { any: [...new Set(any)], phrases, excluded };
}

/** @param words of the text, as `wordsOf` gives them */
export function matchesSearch(search: TextSearch, words: readonly string[]): boolean {
  const { any, phrases, excluded } = search;
  if (excluded.some((phrase) => holdsPhrase(words, phrase))) return false;
  if (phrases.length > 0) return phrases.every((phrase) => holdsPhrase(words, phrase));
  return any.some((word) => words.includes(word));
}

function holdsPhrase(words: readonly string[], phrase: readonly string[]): boolean {
  const [first] = phrase;
  for (let from = words.indexOf(first!); from >= 0; from = words.indexOf(first!, from + 1)) {
    if (phrase.every((word, i) => words[from + i] === word)) return true;
  }
  return false;
}
