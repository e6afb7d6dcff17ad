/** The subjects: a bare uWS as the ceiling, Shoal, the Fastify variant, and a peer that runs already. */
import { type Subject, startChild } from './child.js';

export type { Subject } from './child.js';

/** A uWS that parses the body and answers with a constant; or, as `ignore`, does not even parse. */
export function startBareUws(body: 'parse' | 'ignore' = 'parse'): Promise<Subject> {
  return startChild(body === 'parse' ? 'bare uWS' : 'bare uWS, body ignored', 'bench/subjects/bare-uws.js', {
    BARE_BODY: body,
  });
}

/** The built server over a directory of its own. */
export function startShoal(
  directory: string,
  env: Record<string, string> = {},
  flags: string[] = [],
): Promise<Subject> {
  const settings = {
    STORE_URL: `sqlite:${directory}`,
    FISHTEST_PORT: '0',
    ADMIN_PORT: '0',
    HTTP_HOST: '127.0.0.1',
    LOG_LEVEL: 'info',
    SHOAL_GITHUB: 'off',
    ...env,
  };
  return startChild('Shoal', 'src/main.js', settings, ['--enable-source-maps', ...flags]);
}

export function startFastify(directory: string): Promise<Subject> {
  return startChild('Fastify variant', 'bench/fastify/main.js', {
    STORE_URL: `sqlite:${directory}`,
    PORT: '0',
  });
}

/** A server that somebody else started. */
export function peer(url: string): Subject {
  return { name: 'peer', url, stop: async () => {} };
}
