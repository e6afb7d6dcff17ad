/** What the reaper tells the main thread. */

/** A thread of this role died; it had held so many locks. */
export interface ReapReport {
  role: string;
  slot: number;
  locks: number;
  ms: number;
}
