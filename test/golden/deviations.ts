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
  readonly covers: (recorded: GoldenCase, actual: unknown, why: string) => boolean;
}

export const DEVIATION_RULES: readonly DeviationRule[] = [
  {
    id: 'calc-elo-bad-number',
    reason: 'worker-api.md §5.7 [F]: numbers that pass the digit test but do not parse get 400, not 500',
    covers: ({ input, output }, actual) =>
      input['fn'] === 'api.calc_elo' && statusOf(output) === 500 && statusOf(actual) === 400,
  },
  {
    id: 'task-owner-not-echoed',
    reason:
      "worker-api.md §3 step 7 [F]: the refusal of another worker's task does not show what is stored in it",
    covers: ({ output }, actual, why) => {
      if (!why.startsWith('$.error:')) return false;
      const kind = /: Invalid (?:unique_key|username) for task \S+?(?=\.| )/.exec(errorOf(output) ?? '')?.[0];
      return (
        kind !== undefined && sameStatus(output, actual) && !/From task/.test(errorOf(actual) ?? 'From task')
      );
    },
  },
  {
    id: 'missing-pgn-not-wrapped',
    reason: 'worker-api.md §4.8 [F]: the text of a missing pgn is not wrapped into itself once more',
    covers: ({ output }, actual, why) =>
      why.startsWith('$.error:') &&
      /: 400: \{'error': .*Missing pgn/.test(errorOf(output) ?? '') &&
      sameStatus(output, actual) &&
      /^\S+: Missing pgn content$/.test(errorOf(actual) ?? ''),
  },
  {
    id: 'pgn-upload-replaces',
    reason:
      'worker-api.md §4.8 [F]: a second upload for a task replaces the first, so that downloads hold it once',
    covers: ({ output }, actual, why) => {
      const [recorded, given] = [membersOf(output), membersOf(actual)];
      let found = 0;
      for (const member of recorded) if (member === given[found]) found += 1;
      return (
        why.startsWith('body:') && sameStatus(output, actual) && given.length > 0 && found === given.length
      );
    },
  },
  {
    id: 'free-wording',
    reason:
      'worker-api.md §1.2, §8.10: what follows the path in an error is free, but for the tokens that are kept',
    covers: ({ output }, actual, why) => {
      const [recorded, given] = [errorOf(output), errorOf(actual)];
      if (!why.startsWith('$.error:') || recorded === undefined || given === undefined) return false;
      const prefix = recorded.slice(0, recorded.indexOf(': ') + 2);
      return (
        sameStatus(output, actual) &&
        given.startsWith(prefix) &&
        KEPT_TOKENS.every((token) => recorded.includes(token) === given.includes(token))
      );
    },
  },
];

const KEPT_TOKENS = [
  'request is not json encoded',
  'Invalid run_id',
  'Invalid task_id',
  'Invalid unique_key',
  'Invalid username',
  'Missing run_id',
  'Missing task_id',
  'Missing pgn',
  'too few games',
  'already finished',
];

/** `deviated` when a rule covers the case, otherwise `fail` with the given difference. */
export function deviationOr(recorded: GoldenCase, actual: unknown, why: string): Verdict {
  const rule = DEVIATION_RULES.find(({ covers }) => covers(recorded, actual, why));
  return rule === undefined ? { kind: 'fail', why } : { kind: 'deviated', rule: rule.id };
}

function sameStatus(output: unknown, actual: unknown): boolean {
  return statusOf(output) === statusOf(actual);
}

/** The text of a refusal. */
function errorOf(answer: unknown): string | undefined {
  const body = isRecord(answer) ? answer['body'] : undefined;
  return isRecord(body) && typeof body['error'] === 'string' ? body['error'] : undefined;
}

const GZIP_MAGIC = '\x1f\x8b\x08';

/** The gzip members of a download, each as text. */
function membersOf(answer: unknown): string[] {
  const body = isRecord(answer) ? answer['bodyBase64'] : undefined;
  const bytes = Buffer.from(typeof body === 'string' ? body : '', 'base64').toString('latin1');
  return bytes === '' ? [] : bytes.split(GZIP_MAGIC).slice(1);
}

function statusOf(answer: unknown): unknown {
  return isRecord(answer) ? answer['status'] : undefined;
}
