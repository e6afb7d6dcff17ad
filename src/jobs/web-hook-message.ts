/**
 * What a web hook is told of the end of a test: JSON, signed as Standard Webhooks has it (docs/operations.md#web-hooks), so that
 * receivers can check it with a library. The id of a message is that of its event: one that comes twice has one id.
 */
import { createHmac } from 'node:crypto';
import type { ActionDocument } from '../model/documents.js';
import { countGames } from '../rules/crash-or-time.js';
import { RED, resultBox, YELLOW } from '../rules/result-box.js';
import type { RunHead } from '../store/port.js';

/** Events of the action log that end a test. */
export const ENDS = ['finished_run', 'stop_run'] as const;

const SECRET_PREFIX = 'whsec_';

export interface WebHookMessage {
  readonly id: string;
  readonly body: string;
}

/** @param head undefined when the store has no such run any more: then the event alone is told */
export function webHookMessage(
  event: ActionDocument,
  head: RunHead | undefined,
  publicUrl: string,
): WebHookMessage {
  const { _id: id, time, action, username, run_id: runId = '', run, message } = event;
  const isStopped = action === 'stop_run';
  const body = JSON.stringify({
    type: isStopped ? 'test.stopped' : 'test.finished',
    timestamp: new Date(time * 1_000).toISOString(),
    data: {
      id: runId,
      url: `${publicUrl.replace(/\/+$/, '')}/tests/view/${runId}`,
      name: run,
      ...(isStopped && { stopped_by: username }),
      message: message ?? '',
      ...(head !== undefined && testOf(head)),
    },
  });
  return { id, body };
}

function testOf(head: RunHead): Record<string, unknown> {
  const { args, results } = head;
  const { sprt, spsa } = args;
  const { style, info: lines } = resultBox(head);
  return {
    owner: args.username,
    kind: sprt !== undefined ? 'sprt' : spsa !== undefined ? 'spsa' : 'games',
    new_tag: args.new_tag,
    base_tag: args.base_tag,
    info: args.info ?? '',
    outcome: outcomeOf(style),
    games: countGames(results),
    results,
    ...(sprt !== undefined && {
      sprt: { state: sprt.state ?? '', llr: sprt.llr, elo0: sprt.elo0, elo1: sprt.elo1 },
    }),
    lines,
  };
}

/** In a word, as the colour of the result box has it; a tune, and what was stopped undecided, has none. */
function outcomeOf(colour: string): string {
  if (colour === '') return '';
  return colour === RED || colour === YELLOW ? 'rejected' : 'accepted';
}

/** @param now milliseconds since the epoch: receivers refuse a message whose time is long past */
export function signedHeaders(
  { id, body }: WebHookMessage,
  secret: string,
  now: number,
): Record<string, string> {
  const time = Math.floor(now / 1_000);
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(time) };
  if (secret === '') return headers;
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64');
  return { ...headers, 'webhook-signature': `v1,${signature}` };
}
