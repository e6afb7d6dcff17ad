/**
 * What people gave to one run: games, core time, and how fast they play now (docs/spec/data-model.md §9). Old documents may
 * lack any member: what is missing is nothing.
 */
import type { TaskDocument } from '../model/documents.js';
import { countThreads, gameDuration } from './game-time.js';
import { gamesPerMinute } from './games-per-minute.js';

export interface Share {
  games: number;
  cpuHours: number;
  gamesPerHour: number;
  /** Milliseconds since the epoch; below 0: never. */
  lastUpdated: number;
}

/** What of a run its contributions follow from. */
export interface CountedArgs {
  readonly tc?: unknown;
  readonly threads?: unknown;
}

export class RunShares {
  readonly #shares = new Map<string, Share>();
  readonly #duration: number;
  readonly #threads: number;

  constructor({ tc, threads }: CountedArgs) {
    this.#duration = durationOf(tc);
    this.#threads = countThreads(threads);
  }

  /** Purged tasks count for nobody. */
  add(task: TaskDocument): void {
    const { stats, worker_info: info, active, bad, last_updated: lastUpdated }: Partial<TaskDocument> = task;
    const username: unknown = info?.username;
    if (bad === true || typeof username !== 'string' || username === '') return;
    const games = count(stats?.wins) + count(stats?.losses) + count(stats?.draws);
    const share = this.#of(username);
    share.games += games;
    share.cpuHours += (games * this.#threads * this.#duration) / 3600;
    if (games > 0 || active === true)
      share.lastUpdated = Math.max(share.lastUpdated, count(lastUpdated) || -1);
    if (active !== true) return;
    const pace = { nps: count(info?.nps), concurrency: count(info?.concurrency), threads: this.#threads };
    share.gamesPerHour += 60 * gamesPerMinute(pace, this.#duration);
  }

  entries(): IterableIterator<[string, Share]> {
    return this.#shares.entries();
  }

  #of(username: string): Share {
    const known = this.#shares.get(username);
    if (known !== undefined) return known;
    const share = { games: 0, cpuHours: 0, gamesPerHour: 0, lastUpdated: -1 };
    this.#shares.set(username, share);
    return share;
  }
}

function durationOf(tc: unknown): number {
  try {
    const duration = gameDuration(String(tc));
    return Number.isFinite(duration) && duration > 0 ? duration : 0;
  } catch {
    return 0;
  }
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
