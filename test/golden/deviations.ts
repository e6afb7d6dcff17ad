/**
 * The one place that says where Shoal deliberately answers otherwise than the recorded reference. A rule is allowed
 * only where the specification marks [F] (may fix) or [E] (edge), or where a recording calls itself optional. Rules
 * look at what a case says, never at its name, number or tags, and pin down what Shoal answers instead.
 */

import { type GoldenCase, isRecord, type Verdict } from './suite.js';

export interface DeviationRule {
  readonly id: string;
  /** Why, with the section of the specification that allows it. */
  readonly reason: string;
  /** Whether the rule covers this case and Shoal's answer to it. */
  readonly covers: (recorded: GoldenCase, actual: unknown) => boolean;
}

export const DEVIATION_RULES: readonly DeviationRule[] = [
  {
    id: 'calc-elo-bad-number',
    reason: 'worker-api.md §5.7 [F]: numbers that pass the digit test but do not parse get 400, not 500',
    covers: ({ input, output }, actual) =>
      input['fn'] === 'api.calc_elo' && statusOf(output) === 500 && statusOf(actual) === 400,
  },
  {
    id: 'odd-time-control',
    reason: 'scheduling.md §7.1 [E]: text that the run schema never lets through need not be read alike',
    covers: ({ input }) =>
      TIME_FUNCTIONS.has(String(input['fn'])) &&
      [input['tc'], input['base']].some((tc) => typeof tc === 'string' && !TIME_CONTROL.test(tc)),
  },
  {
    id: 'odd-spsa-text',
    reason: 'optional by the recording itself: digits and blanks that only the reference language reads',
    covers: ({ input }) =>
      SPSA_FORM_FUNCTIONS.has(String(input['fn'])) && ODD_TEXT.test(JSON.stringify(formTexts(input))),
  },
];

const TIME_FUNCTIONS: ReadonlySet<string> = new Set(['estimate_game_duration', 'get_tc_ratio']);
const TIME_CONTROL = /^([1-9]\d*\/)?\d+(\.\d+)?(\+\d+(\.\d+)?)?$/;

const SPSA_FORM_FUNCTIONS: ReadonlySet<string> = new Set(['parse_spsa_params', 'build_spsa_state']);
/** Digits outside ASCII, and control characters other than newline, return and tabulator (as JSON escapes them). */
const ODD_TEXT = /(?![0-9])\p{Nd}|\\u00[01]|\\[bf]|[\u0085\u2028\u2029\ufeff]/u;

/** The texts of a tune that people type. */
function formTexts(input: GoldenCase['input']): unknown {
  const { spsa, post } = input;
  return isRecord(spsa) ? [spsa['raw_params'], spsa['A'], spsa['alpha'], spsa['gamma']] : post;
}

/** `deviated` when a rule covers the case, otherwise `fail` with the given difference. */
export function deviationOr(recorded: GoldenCase, actual: unknown, why: string): Verdict {
  const rule = DEVIATION_RULES.find(({ covers }) => covers(recorded, actual));
  return rule === undefined ? { kind: 'fail', why } : { kind: 'deviated', rule: rule.id };
}

function statusOf(answer: unknown): unknown {
  return isRecord(answer) ? answer['status'] : undefined;
}
