/** One line each second about a swarm that is under way: rewritten in place on a terminal. */
import type { Fleet } from './fleet.js';
import type { SwarmOptions } from './options.js';

const PERIOD_MS = 1000;
/** In a log, a line each second would be too many. */
const LOG_PERIODS = 5;
const A_DAY = 86_400;

/** @returns a function that ends it */
export function showProgress(fleet: Fleet, options: SwarmOptions, stream: NodeJS.WriteStream): () => void {
  const began = performance.now();
  let requests = 0;
  let games = 0;
  let last = began;
  let tick = 0;
  const timer = setInterval(() => {
    tick += 1;
    if (!stream.isTTY && tick % LOG_PERIODS !== 0) return;
    const now = performance.now();
    const seconds = (now - last) / 1000;
    const { tally, ledger } = fleet;
    const line = [
      `${((now - began) / 1000).toFixed(0)}${options.seconds < A_DAY ? `/${options.seconds}` : ''} s`,
      `${fleet.appeared} workers, ${fleet.working()} with a task`,
      `${((tally.requests - requests) / seconds).toFixed(0)} requests/s`,
      `p99 ${tally.allLatencies().quantile(0.99).toFixed(1)} ms`,
      `${((ledger.games - games) / seconds).toFixed(0)} games/s`,
      `${tally.errorCount} errors`,
    ].join('  ');
    requests = tally.requests;
    games = ledger.games;
    last = now;
    stream.write(stream.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  }, PERIOD_MS);
  return () => {
    clearInterval(timer);
    if (stream.isTTY) stream.write('\r\x1b[K');
  };
}
