/** The end of an answer to a HEAD, and of any other that has no body. */
import type { HttpResponse } from 'uWebSockets.js';

/**
 * Ends the answer after its status and headers. Given a length, uWS's own endWithoutBody waits for bytes that never come: the
 * connection's next request is cut off, and no time-out closes it. So the length is an ordinary header. Call inside of `cork`.
 * @param length of the body that a GET would get; undefined where none is told
 */
export function endWithoutBody(response: HttpResponse, length: number | undefined): void {
  if (length !== undefined) response.writeHeader('Content-Length', String(length));
  // Without any argument: undefined is read as a length.
  response.endWithoutBody();
}
