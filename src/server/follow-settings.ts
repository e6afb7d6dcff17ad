/** Settings that change while the server runs are words of shared memory, and the level of the log. */
import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import type { Settings } from '../config/live-settings.js';
import type { Shared } from '../runtime/shared.js';

/** Applies them now, and whenever `settings` change. */
export function followSettings(settings: Settings, shared: Shared, log: Logger): void {
  apply(settings.config, shared, log);
  settings.onChange = (changed) => {
    apply(changed, shared, log);
    const { THREADPOOL_TOKENS, TASK_SEMAPHORE_SIZE, LOG_LEVEL } = changed;
    log.info({ THREADPOOL_TOKENS, TASK_SEMAPHORE_SIZE, LOG_LEVEL }, 'settings in force from now on');
  };
}

function apply(config: Config, shared: Shared, log: Logger): void {
  log.level = config.LOG_LEVEL;
  shared.logsRequests.store(log.isLevelEnabled('debug') ? 1 : 0);
  shared.admission.resize(config.TASK_SEMAPHORE_SIZE);
  shared.tokens.store(config.THREADPOOL_TOKENS);
}
