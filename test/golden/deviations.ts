/**
 * The one place that says where Shoal deliberately answers otherwise than the recorded reference. A rule is allowed
 * only where the specification marks [F] (may fix) or [E] (edge), or where a recording calls itself optional. Rules
 * look at what a case says, never at its name, number or tags, and pin down what Shoal answers instead.
 */

import { type AuthResult, type GoldenCase, isRecord } from './suite.js';

export interface DeviationRule {
  readonly id: string;
  /** Why, with the section of the specification that allows it. */
  readonly reason: string;
  /** Whether the rule covers this case and Shoal's answer to it. */
  readonly covers: (recorded: GoldenCase, actual: unknown, why: string) => boolean;
}

export const DEVIATION_RULES: readonly DeviationRule[] = [
  {
    id: 'calc-elo-bad-number',
    reason: 'worker-api.md §5.7 [F]: numbers that pass the digit test but do not parse get 400, not 500',
    covers: ({ input, output }, actual) =>
      input['fn'] === 'api.calc_elo' && statusOf(output) === 500 && statusOf(actual) === 400,
  },
];

/** `deviated` when a rule (of this file, unless others are given) covers the case, otherwise `fail` with the given difference. */
export function deviationOr(
  recorded: GoldenCase,
  actual: unknown,
  why: string,
  rules: readonly DeviationRule[] = DEVIATION_RULES,
): AuthResult {
  const rule = rules.find(({ covers }) => covers(recorded, actual, why));
  return rule === undefined ? { kind: 'fail', why } : { kind: 'deviated', rule: rule.id };
}

function statusOf(answer: unknown): unknown {
  return isRecord(answer) ? answer['status'] : undefined;
}
