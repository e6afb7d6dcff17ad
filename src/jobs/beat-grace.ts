/**
 * When silence means death. A worker beats every two minutes; its task is dead after six without a word. But who could not
 * be heard was not silent: after a start, a step of the wall clock, a resumed machine or a stalled process everybody gets
 * one beat's interval and a bit before any task is dead. A deliberate deviation (docs/spec/scheduling.md §8.1).
 */

/** A worker's interval between beats, and time for it to try again. */
const GRACE_MS = 150_000;
/** Wall and steady clock may part by so much between two looks: slewing does less. */
const LARGEST_DRIFT_MS = 5_000;
/** Two looks are a minute apart; longer, and nobody was heard in between. */
const LONGEST_GAP_MS = 180_000;

export class BeatGrace {
  #wall: number;
  #steady: number;
  #until: number;

  /** Call when the server begins to serve. Both clocks in milliseconds; the steady one never steps. */
  constructor(wall: number, steady: number) {
    this.#wall = wall;
    this.#steady = steady;
    this.#until = steady + GRACE_MS;
  }

  /** Whether silence since a task's last word counts. Call at each look for dead tasks. */
  isOver(wall: number, steady: number): boolean {
    const passed = steady - this.#steady;
    const drift = wall - this.#wall - passed;
    if (Math.abs(drift) > LARGEST_DRIFT_MS || passed > LONGEST_GAP_MS) this.#until = steady + GRACE_MS;
    this.#wall = wall;
    this.#steady = steady;
    return steady >= this.#until;
  }
}
