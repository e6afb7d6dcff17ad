/** Answers of the server itself, beside those of the protocol's operations. */
import { detailReply } from '../../protocol/replies.js';
import * as texts from '../../protocol/texts.js';
import type { Answer } from './exchange.js';

export const JSON_TYPE = 'application/json';
/** What tells a worker to try again, where a JSON error would make it stop (docs/spec/worker-api.md §6.3). */
export const TRY_AGAIN: Answer = { status: 503, contentType: 'text/plain; charset=utf-8' };

/** What a secondary says to what only the primary does: the duration is always 0.0. */
export function notPrimary(path: string): Answer {
  const error = JSON.stringify(`${path}: ${texts.NOT_PRIMARY}`);
  return { status: 503, contentType: JSON_TYPE, body: `{"error":${error},"duration":0.0}` };
}

/** Answers of the server itself, which carry neither `error` nor `duration`. */
export function detail(status: number, text: string, headers: Answer['headers'] = []): Answer {
  return { status, contentType: JSON_TYPE, headers, body: detailReply(text) };
}
