/** Publishes once a second how late and how busy this thread's event loop was. */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Shared } from './shared.js';

const PERIOD_MS = 1000;
const RESOLUTION_MS = 10;
const NS = 1e9;

/** The timer does not keep the thread alive. Delays are what the loop was late beyond the resolution. */
export function watchLoop({ state, meters }: Pick<Shared, 'state' | 'meters'>): void {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  let before = performance.eventLoopUtilization();
  const late = (ns: number) => Math.max(0, (ns || 0) / NS - RESOLUTION_MS / 1000);
  setInterval(() => {
    const now = performance.eventLoopUtilization();
    meters.recordLoop({
      slot: state.threads.self(),
      p50: late(delays.percentile(50)),
      p99: late(delays.percentile(99)),
      max: late(delays.max),
      utilisation: performance.eventLoopUtilization(now, before).utilization,
    });
    delays.reset();
    before = now;
  }, PERIOD_MS).unref();
}
