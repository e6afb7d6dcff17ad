/** The server's log: JSON lines, or lines for people on a terminal. Written at once, so that a crash loses none. */
import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from '../config/config.js';
import { withoutCredentials } from '../config/live-settings.js';

/** Members that never reach the log, at the top or one level below. */
const SECRETS = ['password', 'token', 'authorization', 'GH_TOKEN'];

export function makeLog(config: Pick<Config, 'LOG_LEVEL' | 'LOG_FORMAT'>): Logger {
  const isPretty =
    config.LOG_FORMAT === 'pretty' || (config.LOG_FORMAT === 'auto' && process.stdout.isTTY === true);
  const options = {
    level: config.LOG_LEVEL,
    base: null,
    redact: SECRETS.flatMap((name) => [name, `*.${name}`]),
    serializers: { error: (error: unknown) => withoutCredentials(String(error)) },
  };
  if (!isPretty) return pino(options, pino.destination({ sync: true }));
  return pino(options, pretty({ sync: true, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname' }));
}
