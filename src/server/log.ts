/** The server's log: JSON lines, or lines for people on a terminal. Written at once, so that a crash loses none. */
import { type Logger, pino, type SerializedError } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from '../config/config.js';
import { withoutCredentials } from '../config/store-url.js';

/** Members that never reach the log, at the top or one level below. */
const SECRETS = ['password', 'token', 'authorization', 'GH_TOKEN'];

export function makeLog(config: Pick<Config, 'LOG_LEVEL' | 'LOG_FORMAT'>): Logger {
  const isPretty =
    config.LOG_FORMAT === 'pretty' || (config.LOG_FORMAT === 'auto' && process.stdout.isTTY === true);
  const options = {
    level: config.LOG_LEVEL,
    base: null,
    redact: SECRETS.flatMap((name) => [name, `*.${name}`]),
    serializers: { err: serializeError, error: (text: unknown) => withoutCredentials(String(text)) },
  };
  if (!isPretty) return pino(options, pino.destination({ sync: true }));
  return pino(options, pretty({ sync: true, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname' }));
}

/** With stack and causes, but without the password of an address in their texts. */
function serializeError(error: unknown): SerializedError | string | undefined {
  if (error === undefined) return undefined;
  if (!(error instanceof Error)) return withoutCredentials(String(error));
  const serialized = pino.stdSerializers.err(error);
  const { type, message, stack } = serialized;
  return {
    ...serialized,
    type,
    message: withoutCredentials(message),
    stack: withoutCredentials(stack ?? ''),
  };
}
