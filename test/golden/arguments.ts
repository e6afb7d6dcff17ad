/** Typed access to the arguments of a recorded call, which JSON leaves unknown. */

import type { EloModel, Results } from '../../src/model/documents.js';
import type { Pdf } from '../../src/rules/pdf.js';
import { deviationOr } from './deviations.js';
import { type AuthResult, type GoldenCase, isRecordedError } from './suite.js';

export type Arguments = Readonly<Record<string, unknown>>;

export function numberAt(input: Arguments, key: string): number {
  const value = input[key];
  if (typeof value !== 'number') throw new TypeError(`${key} must be a number, not ${JSON.stringify(value)}`);
  return value;
}

export function textAt(input: Arguments, key: string): string {
  const value = input[key];
  if (typeof value !== 'string') throw new TypeError(`${key} must be a text, not ${JSON.stringify(value)}`);
  return value;
}

export function numbersAt(input: Arguments, key: string): number[] {
  const value = input[key];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'number')) {
    throw new TypeError(`${key} must be a list of numbers, not ${JSON.stringify(value)}`);
  }
  return value;
}

/** A recorded document, trusted to have the shape that the caller names: recordings hold the reference's own. */
export function documentAt<T>(input: Arguments, key: string): T {
  const value = input[key];
  if (typeof value !== 'object')
    throw new TypeError(`${key} must be a document, not ${JSON.stringify(value)}`);
  return structuredClone(value) as T;
}

/** A distribution, recorded as a list of [value, probability]. */
export function pdfAt(input: Arguments, key = 'pdf'): Pdf {
  const pairs = documentAt<[number, number][]>(input, key);
  return {
    values: Float64Array.from(pairs, ([value]) => value),
    probabilities: Float64Array.from(pairs, ([, probability]) => probability),
  };
}

/** A distribution as it is recorded. */
export function pdfPairs({ values, probabilities }: Pdf): [number, number][] {
  return Array.from(values, (value, i) => [value, probabilities[i]!]);
}

/** Results as some recordings abbreviate them, with the counts that were left out. */
export function resultsAt(input: Arguments, key: string): Results {
  const { crashes = 0, time_losses = 0, ...counts } = documentAt<Results>(input, key);
  return { ...counts, crashes, time_losses };
}

export function eloModelAt(input: Arguments): EloModel {
  return textAt(input, 'elo_model') as EloModel;
}

/** What a call of Shoal's rules gave: an answer, or the error they throw on purpose. */
export type Attempt = { readonly answer: unknown } | { readonly refused: string };

/** Calls, taking a RangeError (the rules' way of refusing) for an answer; other errors are bugs and pass through. */
export function attempt(call: () => unknown): Attempt {
  try {
    return { answer: call() };
  } catch (error) {
    if (error instanceof RangeError) return { refused: error.message };
    throw error;
  }
}

/**
 * Judges an attempt by a comparison of answers; a recorded exception wants a refusal. What differs may still be
 * covered by a rule, which sees the answer or `{refused}`.
 */
export function judgeAttempt(
  recorded: GoldenCase,
  tried: Attempt,
  differs: (answer: unknown) => string | undefined,
): AuthResult {
  const why = differenceOf(recorded, tried, differs);
  if (why === undefined) return { kind: 'pass' };
  return deviationOr(recorded, 'refused' in tried ? tried : tried.answer, why);
}

function differenceOf(
  recorded: GoldenCase,
  tried: Attempt,
  differs: (answer: unknown) => string | undefined,
): string | undefined {
  const raised = isRecordedError(recorded.output);
  if ('refused' in tried) {
    return raised ? undefined : `refused (${tried.refused}), recorded ${JSON.stringify(recorded.output)}`;
  }
  return raised ? `answered ${JSON.stringify(tried.answer)}, recorded an exception` : differs(tried.answer);
}

/** The verdict for a function that no table lists. */
export function unknownFunction(fn: unknown): AuthResult {
  return { kind: 'fail', why: `no suite knows the function ${JSON.stringify(fn)}` };
}
