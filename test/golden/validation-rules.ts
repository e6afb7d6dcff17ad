/** Where Shoal's schemas deliberately decide otherwise than the recorded ones; deviations.ts says what a rule may be. */

import type { DeviationRule } from './deviations.js';
import { type GoldenCase, isRecord } from './suite.js';

export const validationRules: readonly DeviationRule[] = [
  {
    id: 'integer-spelled-with-fraction',
    reason: 'docs/spec/worker-api.md §1.3 [F]: 5.0 and 1e3 are read as 5 and 1000, so they count as integers',
    covers: (recorded, actual) =>
      accepted(actual) &&
      !accepted(recorded.output) &&
      literals(recorded).some((text) => /[.eE]/.test(text) && Number.isInteger(Number(text))),
  },
  {
    id: 'no-infinite-number',
    reason: 'docs/spec/worker-api.md §1.3 [F]: Infinity is refused where the reference takes it for a number',
    covers: (recorded, actual) =>
      readable(actual) &&
      !accepted(actual) &&
      accepted(recorded.output) &&
      /\bInfinity\b/.test(withoutStrings(recorded)),
  },
  {
    id: 'no-lone-surrogate',
    reason:
      'docs/spec/worker-api.md §1.3 [F]: half of a surrogate pair cannot be stored, so such a body gets 400',
    covers: (recorded, actual) =>
      !readable(actual) && /\\u[dD][89a-fA-F]/.test(String(recorded.input['json'])),
  },
  {
    id: 'blanks-in-an-id',
    reason:
      'docs/spec/worker-api.md §2.2 [E]: 24 blanks pass the syntax check of the reference, and hex digits among blanks',
    covers: ({ input, output }, actual) =>
      accepted(output) &&
      !accepted(actual) &&
      /id": ?"(?=[^"]*\s)[0-9a-fA-F\s]{24}"/.test(String(input['json'])),
  },
  {
    id: 'bounded-counts',
    reason:
      'docs/spec/worker-api.md §4.3 [F]: counts beyond 2147483647 are refused; nobody plays that many games',
    covers: (recorded, actual) =>
      accepted(recorded.output) &&
      !accepted(actual) &&
      literals(recorded).some((text) => Number(text) > 0x7fffffff),
  },
];

function accepted(decision: unknown): boolean {
  return isRecord(decision) && decision['accept'] === true;
}

function readable(decision: unknown): boolean {
  return isRecord(decision) && decision['json_error'] !== true;
}

function withoutStrings({ input }: GoldenCase): string {
  return String(input['json']).replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
}

function literals(recorded: GoldenCase): string[] {
  return withoutStrings(recorded).match(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g) ?? [];
}
