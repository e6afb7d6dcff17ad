/**
 * Refuses requests whose end uWS and a proxy before it could see in different places: the way to smuggle a request past the
 * proxy (RFC 9112 §6.1, §6.3, §11.2). uWS takes every Transfer-Encoding for chunked, and the first of several Content-Lengths.
 *
 * To find a second header of one name takes a walk over all of them: 2 µs and more, where a worker's beat takes 15. A worker's
 * request is walked when it went through an intermediary, whose sign is X-Forwarded-For or Via (RFC 9110 §7.6.3): without one
 * there is nobody to smuggle past. Then X-Forwarded-For takes a walk anyway; it is the same one. An empty first line hides a second
 * one from the look, not from the walk: so what asks for the address always walks, and beats, which do not, may miss it.
 */
import type { HttpRequest, HttpResponse } from 'uWebSockets.js';

/** What only a walk over all headers tells. */
export interface Framing {
  /** All X-Forwarded-For as one list: uWS by itself gives the first. */
  readonly forwardedFor: string;
  /** Why it is not certain where the request ends; undefined when it is. */
  readonly problem: string | undefined;
}

const DIRECT: Framing = { forwardedFor: '', problem: undefined };

/**
 * Of a worker's request, which is walked only when it may matter.
 * @param asksForAddress the address decides what becomes of the request
 */
export function readWorkerFraming(request: HttpRequest, asksForAddress: boolean): Framing {
  const isDirect =
    !asksForAddress &&
    request.getHeader('x-forwarded-for') === '' &&
    request.getHeader('via') === '' &&
    request.getHeader('transfer-encoding') === '';
  return isDirect ? DIRECT : readFraming(request);
}

export function readFraming(request: HttpRequest): Framing {
  const forwarded: string[] = [];
  const codings: string[] = [];
  const lengths: string[] = [];
  request.forEach((name, value) => {
    if (name === 'x-forwarded-for') forwarded.push(value);
    else if (name === 'transfer-encoding') codings.push(value.trim().toLowerCase());
    else if (name === 'content-length') lengths.push(value.trim());
  });
  return { forwardedFor: forwarded.join(), problem: problemOf(codings, lengths) };
}

const SIGNS_OF_PROXIES: ReadonlySet<string> = new Set(['x-forwarded-for', 'x-real-ip', 'forwarded', 'via']);

/** Whether a proxy handed the request on, whatever it says of its client. */
export function isForwarded(request: HttpRequest): boolean {
  let isFound = false;
  request.forEach((name) => {
    isFound ||= SIGNS_OF_PROXIES.has(name);
  });
  return isFound;
}

function problemOf(codings: readonly string[], lengths: readonly string[]): string | undefined {
  if (codings.length > 1 || (codings.length === 1 && codings[0] !== 'chunked')) {
    return 'the only Transfer-Encoding taken is "chunked", once';
  }
  if (lengths.some((length) => length !== lengths[0])) return 'the Content-Lengths differ';
  return undefined;
}

/**
 * Answers 400 and closes. The answer waits for the next turn: uWS serves what came behind an answered request even when that is to
 * close the connection, but cuts off what comes behind an unanswered one.
 */
export function refuseFraming(response: HttpResponse, problem: string): void {
  let isGone = false;
  response.onAborted(() => {
    isGone = true;
  });
  setImmediate(() => {
    if (isGone) return;
    response.cork(() => {
      response
        .writeStatus('400 Bad Request')
        .writeHeader('Content-Type', 'text/plain')
        .end(`${problem}\n`, true);
    });
  });
}
