/**
 * What is wrong with the parameters of a new tune (docs/spec/spsa.md §2). The reference takes any name and any order of bounds; engines
 * then have no such option, or the tune stands still. Stored tunes are read as leniently as before.
 */
import { parseFinite, trimmed } from './parse-number.js';

const FIELDS = ['name', 'start', 'min', 'max', 'c_end', 'r_end'] as const;
/** Line ends, the byte order mark and what else nobody sees. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/u;
/** No-break spaces and their kind: they look like the blank of an option's name, and are none to an engine. */
const WIDE_BLANK = /(?! )\p{Zs}/u;
/** Longer ones are a whole text that lost its commas. */
const LONGEST_NAME = 200;
/** Options of engines are 32-bit numbers. */
const LARGEST = 2_147_483_647;
const COMMENT = /^(?:#|\/\/|;)/;

/** One sentence for each line at fault, with its number. */
export function spsaLineProblems(text: string): string[] {
  const problems: string[] = [];
  const lineOfName = new Map<string, number>();
  for (const [index, line] of text.split('\n').entries()) {
    const content = trimmed(line);
    if (content === '') continue;
    const number = index + 1;
    const [name = '', ...numbers] = content.split(',');
    // Engines take the names of options without regard to case.
    const option = name.toLowerCase();
    const first = lineOfName.get(option);
    const problem =
      nameProblem(name) ??
      (first === undefined
        ? undefined
        : `${JSON.stringify(name)} is a parameter already, in line ${first} (capitals make no other option)`) ??
      numbersProblem(numbers);
    lineOfName.set(option, first ?? number);
    if (problem !== undefined) problems.push(`SPSA parameters, line ${number}: ${problem}`);
  }
  return problems;
}

function nameProblem(name: string): string | undefined {
  const shown = JSON.stringify(name.replaceAll('\ufeff', '<byte order mark>'));
  if (trimmed(name) === '') return 'it has no name';
  if (COMMENT.test(name)) return `${shown} looks like a comment: there are none in this text`;
  if (HIDDEN.test(name)) return `the name ${shown} holds a character that cannot be seen`;
  if (WIDE_BLANK.test(trimmed(name))) return `the name ${shown} holds a blank other than the common one`;
  if (name.includes('='))
    return `the name ${shown} holds a "=", at which match runners end the name of an option`;
  if (/^(["'`]).*\1$/.test(name)) return `the name ${shown} is in quotes: leave them out`;
  if (name.length > LONGEST_NAME) return `its name has more than ${LONGEST_NAME} characters`;
  return name === trimmed(name)
    ? undefined
    : `the name ${shown} ends in a blank: no option of an engine does`;
}

function numbersProblem(texts: readonly string[]): string | undefined {
  if (texts.length !== FIELDS.length - 1) {
    return `it has ${texts.length + 1} fields and must have ${FIELDS.length}: ${FIELDS.join(', ')}`;
  }
  const values: number[] = [];
  for (const [i, text] of texts.entries()) {
    try {
      values.push(parseFinite(text));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return `${FIELDS[i + 1]}: ${error.message}`;
    }
  }
  const large = values.findIndex((value) => Math.abs(value) > LARGEST);
  if (large >= 0) return `${FIELDS[large + 1]} (${values[large]}) is beyond ${LARGEST}`;
  const [start, min, max, cEnd, rEnd] = values as [number, number, number, number, number];
  if (!(min < max)) return `min (${min}) must be below max (${max})`;
  if (start < min || start > max) return `start (${start}) must be within min and max (${min} and ${max})`;
  if (cEnd <= 0) return `c_end (${cEnd}) must be positive`;
  if (rEnd > 0 && rEnd * cEnd * cEnd === 0)
    return `c_end (${cEnd}) is so small that the parameter would never move`;
  return rEnd < 0 ? `r_end (${rEnd}) must not be negative` : undefined;
}
