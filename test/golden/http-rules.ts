/** Where Shoal's answers over HTTP deliberately differ from the recorded ones; deviations.ts says what a rule may be. */

import { silentRow } from '../replay/binding-table.js';
import type { DeviationRule } from './deviations.js';
import { isRecord } from './suite.js';

export const httpRules: readonly DeviationRule[] = [
  {
    id: 'task-owner-not-echoed',
    reason:
      "docs/spec/worker-api.md §3 step 7 [F]: the refusal of another worker's task does not show what is stored in it",
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
    reason:
      'docs/spec/worker-api.md §4.8 [F]: the text of a missing pgn is not wrapped into itself once more',
    covers: ({ output }, actual, why) =>
      why.startsWith('$.error:') &&
      /: 400: \{'error': .*Missing pgn/.test(errorOf(output) ?? '') &&
      sameStatus(output, actual) &&
      /^\S+: Missing pgn content$/.test(errorOf(actual) ?? ''),
  },
  {
    id: 'pgn-upload-replaces',
    reason:
      'docs/spec/worker-api.md §4.8 [F]: a second upload for a task replaces the first, so that downloads hold it once',
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
    id: 'integer-spelled-with-fraction',
    reason: 'docs/spec/worker-api.md §1.3 [F]: 5.0 and 1e3 are read as 5 and 1000, so they count as integers',
    covers: ({ input, output }, actual) =>
      changed(output, actual, 400, 200) &&
      literals(input).some((text) => /[.eE]/.test(text) && Number.isInteger(Number(text))),
  },
  {
    id: 'no-infinite-number',
    reason: 'docs/spec/worker-api.md §1.3 [F]: Infinity is refused where the reference takes it for a number',
    covers: ({ input, output }, actual) =>
      changed(output, actual, 200, 400) && /\bInfinity\b/.test(withoutTexts(input)),
  },
  {
    id: 'no-lone-surrogate',
    reason:
      'docs/spec/worker-api.md §1.3 [F]: half of a surrogate pair cannot be stored, so such a body gets 400',
    covers: ({ input }, actual) =>
      statusOf(actual) === 400 && /\\u[dD][89a-fA-F]/.test(String(input['sent'])) && isRefusal(actual),
  },
  {
    id: 'deep-nesting',
    reason:
      'docs/spec/worker-api.md §1.3 [E]: a body nested deeper than the reference can read gets 400, not 500',
    covers: ({ input, output }, actual) =>
      changed(output, actual, 500, 400) && /[[{]{500}|(?:\{"[^"]{0,9}":){500}/.test(String(input['sent'])),
  },
  {
    id: 'bounded-counts',
    reason:
      'docs/spec/worker-api.md §4.3 [F]: counts beyond 2147483647 are refused; nobody plays that many games',
    covers: ({ input, output }, actual) =>
      changed(output, actual, 200, 400) && literals(input).some((text) => Number(text) > 0x7fffffff),
  },
  {
    id: 'tune-report-repeated',
    reason: "docs/spec/worker-api.md §4.3 [F]: a tune's report that is sent again is taken for counted",
    covers: ({ input, output }, actual) =>
      input['path'] === '/api/update_task' &&
      sameStatus(output, actual) &&
      /incompatible stats\. Before (\d+)\. Now \1\. SPSA_games/.test(errorOf(output) ?? '') &&
      bodyOf(actual)['task_alive'] === true,
  },
  {
    id: 'tune-task-lives-on',
    reason: 'docs/spec/worker-api.md §4.3 [F]: after a repeated report its task is still active',
    covers: ({ input, output }, actual) =>
      input['path'] === '/api/request_spsa' &&
      sameStatus(output, actual) &&
      /is not active$/.test(String(bodyOf(output)['info'])) &&
      Array.isArray(bodyOf(actual)['w_params']),
  },
  {
    id: 'blanks-in-an-id',
    reason: 'docs/spec/worker-api.md §2.2 [E]: 24 blanks are no run id',
    covers: ({ input }, actual) =>
      statusOf(actual) === 400 && /"run_id": ?"(?=[^"]*\s)[0-9a-fA-F\s]{24}"/.test(String(input['sent'])),
  },
  {
    id: 'bad-number-in-a-query',
    reason: 'docs/spec/worker-api.md §5.2 [E], §5.7 [F]: a query that is no number gets 400, not 500',
    covers: ({ input, output }, actual) =>
      /^\/api\/(?:calc_elo|finished_runs)\?/.test(String(input['path'])) &&
      changed(output, actual, 500, 400) &&
      isRefusal(actual),
  },
  {
    id: 'task-number-is-plain-digits',
    reason: 'docs/spec/worker-api.md §5.5 [F]: negative task numbers, blanks, signs and underscores are 404',
    covers: ({ input, output }, actual) =>
      /^\/api\/get_task\/[^/]+\/(?!\d+(?:bad)?$)/.test(String(input['path'])) &&
      changed(output, actual, 200, 404),
  },
  {
    id: 'operators-are-listed',
    reason: 'docs/spec/worker-api.md §5.3 [F]: only operators of a list reach the action log',
    covers: ({ input, output }, actual) =>
      input['path'] === '/api/actions' &&
      changed(output, actual, 200, 400) &&
      /"\$\w+"\s*:/.test(String(input['sent'])),
  },
  {
    id: 'actions-newest-first',
    reason:
      'docs/spec/worker-api.md §5.3: the log is answered newest first; a reference without indexes gave the oldest first',
    covers: ({ input, output }, actual) =>
      input['path'] === '/api/actions' && sameStatus(output, actual) && isReversed(output, actual),
  },
  {
    id: 'quota-of-now',
    reason:
      'docs/spec/worker-api.md §5.9: the recorded quota is fixed, as the seed says; a server has its own',
    covers: ({ input, output }, actual) =>
      input['path'] === '/api/rate_limit' &&
      sameStatus(output, actual) &&
      (input['method'] === 'HEAD' || bodyKeys(output) === bodyKeys(actual)),
  },
  {
    id: 'malformed-http',
    reason:
      "docs/spec/worker-api.md §1.2 [E]: a malformed request gets the HTTP library's own refusal, or none where its table says so, and the connection ends",
    covers: ({ input, output }, actual) =>
      input['parts'] !== undefined &&
      statusOf(output) === 400 &&
      isRecord(actual) &&
      actual['closed'] === true &&
      (actual['status'] === undefined
        ? silentRow(String(input['sent'])) !== undefined
        : Number(actual['status']) >= 400),
  },
  {
    id: 'free-wording',
    reason:
      'docs/spec/worker-api.md §1.2, §8 trap 10: what follows the path in an error is free, but for the tokens that are kept',
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

function statusOf(answer: unknown): unknown {
  return isRecord(answer) ? answer['status'] : undefined;
}

/** Whether the recorded status is the one, and Shoal's the other. */
function changed(output: unknown, actual: unknown, recorded: number, own: number): boolean {
  return statusOf(output) === recorded && statusOf(actual) === own;
}

function sameStatus(output: unknown, actual: unknown): boolean {
  return statusOf(output) === statusOf(actual);
}

function bodyOf(answer: unknown): Record<string, unknown> {
  const body = isRecord(answer) ? answer['body'] : undefined;
  return isRecord(body) ? body : {};
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

/** Whether two lists of events hold the same, one in the other's order backwards; ids differ from server to server. */
function isReversed(output: unknown, actual: unknown): boolean {
  const [recorded, given] = [output, actual].map((answer) => (isRecord(answer) ? answer['body'] : undefined));
  if (!Array.isArray(recorded) || !Array.isArray(given) || recorded.length !== given.length) return false;
  const facts = (event: unknown) =>
    isRecord(event) ? JSON.stringify(['action', 'task_id', 'message'].map((name) => event[name])) : '';
  return given.every((event, i) => facts(event) === facts(recorded.at(-1 - i)));
}

function isRefusal(answer: unknown): boolean {
  return errorOf(answer) !== undefined;
}

/** The members of a JSON body. */
function bodyKeys(answer: unknown): string {
  const body = isRecord(answer) ? answer['body'] : undefined;
  return isRecord(body) ? Object.keys(body).sort().join() : '';
}

/** The body as it was sent, without the texts in it. */
function withoutTexts(input: Readonly<Record<string, unknown>>): string {
  return String(input['sent']).replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"/g, '""');
}

function literals(input: Readonly<Record<string, unknown>>): string[] {
  return withoutTexts(input).match(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g) ?? [];
}
