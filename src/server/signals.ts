/**
 * SIGTERM and SIGINT stop the server, SIGUSR2 does if another primary stands by, SIGHUP reads its settings again. The handlers are there before anything starts: a
 * service manager may send either at any time, and what Node.js does by itself would end the process.
 */
import type { Logger } from 'pino';
import { type Settings, unknownText } from '../config/live-settings.js';
import { endProcess } from './exit.js';

/** Stops what serves; resolves to whether it ended cleanly. */
export type Stop = () => Promise<boolean>;

export class Signals {
  readonly #log: Logger;
  readonly #settings: Settings;
  #stop: Stop | undefined;
  #stopping = false;
  #onReload = () => {};
  #mayHandOver = () => false;

  constructor(log: Logger, settings: Settings) {
    this.#log = log;
    this.#settings = settings;
    process.on('SIGHUP', () => this.#reload());
    process.on('SIGTERM', (signal) => void this.#end(signal));
    process.on('SIGINT', (signal) => void this.#end(signal));
    process.on('SIGUSR2', () => this.#handOver());
  }

  /** What a signal does from now on; until then there is nothing to drain. */
  onStop(stop: Stop): void {
    this.#stop = stop;
  }

  /** What SIGHUP does besides: it is called whether the settings were good or not. */
  onReload(act: () => void): void {
    this.#onReload = act;
  }

  /** Whether the store can be handed over to a primary that stands by. */
  onHandOver(may: () => boolean): void {
    this.#mayHandOver = may;
  }

  /** Stops as a signal does. */
  stop(reason: string): void {
    if (!this.#stopping) void this.#end(reason);
  }

  #handOver(): void {
    if (this.#mayHandOver()) this.stop('handover');
    else this.#log.error('SIGUSR2 hands over to a primary that stands by, and none does: this one goes on');
  }

  /** A second signal ends the process at once: as soon as no thread would abort it, which on a busy machine takes seconds. */
  async #end(signal: string): Promise<void> {
    if (this.#stopping) return await endProcess(1, this.#settings.config.SHUTDOWN_TIMEOUT_MS);
    this.#stopping = true;
    if (this.#stop === undefined) {
      this.#log.info({ signal }, 'stopped while starting');
      return await endProcess(0);
    }
    this.#log.info({ signal }, 'draining');
    const isClean = await this.#stop();
    this.#log.info(isClean ? 'stopped' : 'ended, not cleanly');
    await endProcess(isClean ? 0 : 1);
  }

  #reload(): void {
    try {
      const { changed, needRestart, unknown } = this.#settings.reload();
      for (const name of unknown) this.#log.warn(unknownText(name));
      this.#log.info({ changed, needRestart }, 'configuration read again');
    } catch (err) {
      this.#log.error({ err }, 'configuration not applied: everything stays as it was');
    }
    this.#onReload();
  }
}
