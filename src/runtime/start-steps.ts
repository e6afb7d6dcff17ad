/** How long each step of a start took, or of a takeover: from the taking of the store to the first answer. */
import type { Region } from '../memory/region.js';

/**
 * `store`: the writer is open, what the one before left in its logs applied; `accounts`: settings, accounts and blocked workers are read; `runs`:
 * unfinished runs and their tasks; `workers`: it is known who has which task; `listeners`: everything is answered.
 */
export const START_STEPS = ['store', 'accounts', 'runs', 'workers', 'listeners'] as const;
export type StartStep = (typeof START_STEPS)[number];

export class StartSteps {
  readonly #times: Float64Array;
  #last = performance.now();

  constructor(region: Region) {
    this.#times = region.f64('start-steps', START_STEPS.length);
  }

  /** The first step begins now. Only the main thread tells of steps. */
  begin(): void {
    this.#last = performance.now();
  }

  end(step: StartStep): void {
    const now = performance.now();
    this.#times[START_STEPS.indexOf(step)] = now - this.#last;
    this.#last = now;
  }

  /** Milliseconds by step. */
  read(): Record<StartStep, number> {
    return Object.fromEntries(START_STEPS.map((step, i) => [step, this.#times[i]!])) as Record<
      StartStep,
      number
    >;
  }
}
