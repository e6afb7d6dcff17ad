/**
 * uWebSockets.js, native or not at all: the npm package carries a JavaScript stand-in for platforms without a binary,
 * which speaks the same interface at a fraction of the speed and must never serve unnoticed.
 */

import uws from 'uWebSockets.js';
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
