/** A server from its settings to its end: shared memory, the reaper, then a primary or a secondary. */
import type { Settings } from '../config/live-settings.js';
import { unknownText } from '../config/live-settings.js';
import { ConfigError } from '../config/read-config.js';
import { version } from '../config/version.js';
import { loadBinding } from '../http/transport/uws.js';
import { checkStoreUrl } from '../store/open-store.js';
import { EXIT_CONFIG, endProcess } from './exit.js';
import { makeLog } from './log.js';
import { isSettingsMistake, placeProblems } from './part-problems.js';
import { startPrimary } from './primary.js';
import { isPrimary } from './role.js';
import { startSecondary } from './secondary.js';
import { openSharedMemory } from './shared-memory.js';
import { Signals } from './signals.js';
import { startReaper } from './threads/reaper-handle.js';
import { EXIT_THREAD_EXITED, type OnThreadExit } from './threads/supervise.js';

/** Resolves when the server serves. A start that fails ends the process, after its reason was logged: with 78 for a mistake in settings, else 1. */
export async function serve(settings: Settings): Promise<void> {
  const began = Date.now();
  const log = makeLog(settings.config);
  const signals = new Signals(log, settings);
  const onThreadExit: OnThreadExit = (role, code, err) => {
    // Nothing acknowledged is lost: a supervisor starts the server again.
    log.fatal({ role, code, err }, 'an essential thread exited: the server ends too, start it again');
    void endProcess(EXIT_THREAD_EXITED);
  };
  try {
    const problems = placeProblems(settings.config);
    if (problems.length > 0) throw new ConfigError(problems);
    const { name: uws } = loadBinding(settings.config.UWS_PATH);
    log.info({ version, node: process.version, uws, pid: process.pid }, 'starting');
    for (const name of settings.unknown()) log.warn(unknownText(name));
    // Opens nothing, but says what its driver thinks of the address: a thread could hand on the words of that only.
    await checkStoreUrl(settings.config.STORE_URL);
    const memory = openSharedMemory(settings.config);
    startReaper(
      memory.threadData,
      (report) => log.error(report, 'a thread died: its locks were repaired and released'),
      onThreadExit,
    );
    const start = isPrimary(settings.config) ? startPrimary : startSecondary;
    await start({ ...memory, settings, log, version, began, signals, onThreadExit });
  } catch (err) {
    log.fatal({ err }, err instanceof Error ? err.message : String(err));
    await endProcess(isSettingsMistake(err) ? EXIT_CONFIG : 1);
  }
}
