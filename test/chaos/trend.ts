/** Slopes of what a process holds, sampled while it works: memory and descriptors. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Trend {
  /** Megabytes at the end, and how many it gains in a minute. */
  readonly rss_mb: number;
  readonly rss_mb_per_minute: number;
  readonly descriptors: number;
  readonly descriptors_per_minute: number;
  readonly samples: number;
}

/** The slope of the straight line that fits best; 0 for fewer than two points. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  if (points.length < 2) return 0;
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const x0 = mean(([x]) => x);
  const y0 = mean(([, y]) => y);
  let [above, below] = [0, 0];
  for (const [x, y] of points) {
    above += (x - x0) * (y - y0);
    below += (x - x0) ** 2;
  }
  return below === 0 ? 0 : above / below;
}

/** Samples of one process; a restart begins anew. Only where the kernel tells (/proc). */
export class TrendWatch {
  #pid = 0;
  #rss: [number, number][] = [];
  #descriptors: [number, number][] = [];

  sample(pid: number, seconds: number): void {
    if (pid !== this.#pid) {
      this.#pid = pid;
      this.#rss = [];
      this.#descriptors = [];
    }
    try {
      const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
      this.#rss.push([seconds / 60, (pages * 4096) / 2 ** 20]);
      this.#descriptors.push([seconds / 60, readdirSync(`/proc/${pid}/fd`).length]);
    } catch {
      // The process has just gone, or there is no /proc: the next sample tells.
    }
  }

  /** Of the second half, when everything that grows once has grown. */
  trend(): Trend {
    const late = <T>(points: readonly T[]) => points.slice(Math.floor(points.length / 2));
    return {
      rss_mb: this.#rss.at(-1)?.[1] ?? 0,
      rss_mb_per_minute: slope(late(this.#rss)),
      descriptors: this.#descriptors.at(-1)?.[1] ?? 0,
      descriptors_per_minute: slope(late(this.#descriptors)),
      samples: this.#rss.length,
    };
  }
}
