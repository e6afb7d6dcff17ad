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
    reason:
      'docs/spec/worker-api.md §5.7 [F]: numbers that pass the digit test but do not parse get 400, not 500',
    covers: ({ input, output }, actual) =>
      input['fn'] === 'api.calc_elo' && statusOf(output) === 500 && statusOf(actual) === 400,
  },
  {
    id: 'modification-survives-a-restart',
    reason:
      'docs/spec/scheduling.md §4.9 [F]: the reference saves nothing when a modified run is decided, and forgets it at a restart; Shoal keeps it',
    covers: ({ input }, _actual, why) => {
      const [, at, runId, key] = KEPT_CHANGE.exec(why) ?? [];
      const steps = input['steps'] as readonly Step[];
      if (key === undefined) return false;
      const before = steps.slice(0, Number(at) + 1);
      const restart = before.findLastIndex(({ op }) => op === 'restart');
      const changes = before
        .slice(0, restart)
        .filter(({ op, run_id: id }) => op === 'modify' && id === runId);
      const wanted = changes.findLast(({ set }) => set !== undefined && key in set)?.set?.[key];
      return wanted !== undefined && why.includes(`: actual ${JSON.stringify(wanted)}, recorded `);
    },
  },
];

interface Step {
  readonly op: string;
  readonly run_id?: string;
  readonly set?: Readonly<Record<string, unknown>>;
}

/** A difference in what a modification sets, with the step, the run and the member. */
const KEPT_CHANGE =
  /^\$\.steps\[(\d+)\]\(\w+\)\.runs\.([0-9a-f]{24})\.args\.(priority|throughput|num_games|auto_purge): /;

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
