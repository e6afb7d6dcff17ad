/**
 * uWebSockets.js, native or not at all: the npm package carries a JavaScript stand-in for platforms without a binary,
 * which speaks the same interface at a fraction of the speed and must never serve unnoticed.
 */

import uws, { type HttpResponse } from 'uWebSockets.js';
import { createRequire } from 'node:module';

export default uws;

/** @throws Error that says what to install, when no native binary was loaded. */
export function requireNative(): void {
  const { cache } = createRequire(import.meta.url);
  const loaded = Object.keys(cache).some((file) => /uws_\w+_\w+_\d+\.node$/.test(file));
  if (loaded) return;
  throw new Error(
    `uWebSockets.js has no native binary for ${process.platform} ${process.arch}, ABI ${process.versions.modules}: ` +
      'install Node.js 20 (ABI 115) on Linux, macOS or Windows and run "npm ci" again (native-notes/uws.md)',
  );
}

/**
 * Ends the answer to a HEAD, or another that has no body, after its status and headers. Given a length, uWS's own
 * endWithoutBody waits for bytes that never come: the connection's next request is cut off, and no time-out closes it. So the
 * length is an ordinary header. Call inside of `cork`.
 * @param length of the body that a GET would get; undefined where none is told
 */
export function endWithoutBody(response: HttpResponse, length: number | undefined): void {
  if (length !== undefined) response.writeHeader('Content-Length', String(length));
  // Without any argument: undefined is read as a length.
  response.endWithoutBody();
}
