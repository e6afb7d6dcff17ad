/** What the main thread measures once a second: samples for the dashboard, and locks that were held for long. */
import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import { withoutCredentials } from '../config/store-url.js';
import { LiveFeed } from '../metrics/live-feed.js';
import type { Sampler } from '../metrics/sampler.js';
import { SlowHolds } from '../metrics/slow-holds.js';
import type { ClusterView } from '../protocol/admin.js';
import { LimitWatch } from '../runtime/limits.js';
import type { Shared } from '../runtime/shared.js';
import type { Reader } from '../store/port.js';
import type { FrontThreads } from './threads/front-handle.js';

const SAMPLE_MS = 1000;
/** Bounds are looked at each so many samples; one that was not reached for ten minutes is told again. */
const LIMITS_EACH = 5;
const QUIET_LOOKS = 120;

export interface TelemetryParts {
  readonly config: Config;
  readonly log: Logger;
  readonly shared: Shared;
  readonly reader: Reader;
  readonly sampler: Sampler;
  readonly fronts: FrontThreads;
  readonly cluster: () => ClusterView;
}

/** @returns what ends it */
export function startTelemetry(parts: TelemetryParts): () => void {
  const { config, log, shared, reader, sampler, fronts, cluster } = parts;
  const { state } = shared;
  const slowHolds = new SlowHolds(state.lockMeters, config.LOCK_HOLD_WARN_MS);
  const feed = new LiveFeed({
    state,
    reader,
    sampler,
    store: withoutCredentials(config.STORE_URL),
    pages: config.FISHTEST_URL.replace(/\/$/, ''),
    cluster,
    send: (update) => fronts.send(update),
  });
  fronts.onViewer(() => {
    feed.sendFarm().catch((err: unknown) => log.error({ err }, 'a new viewer of the dashboard got no farm'));
  });
  const limits = new LimitWatch(shared, QUIET_LOOKS);
  let samples = 0;
  const timer = setInterval(() => {
    feed.tick().catch((err: unknown) => log.error({ err }, 'the dashboard got no sample'));
    for (const hold of slowHolds.look()) log.warn(hold, 'a lock was held for long');
    if (samples++ % LIMITS_EACH === 0)
      for (const { text, setting } of limits.look()) log.warn({ setting }, text);
  }, SAMPLE_MS);
  return () => clearInterval(timer);
}
