/** Stopping in steps, in bounded time: each is tried even if an earlier one failed or hangs (docs/spec/scheduling.md §10). */

import { withTimeout } from '../runtime/with-timeout.js';
import { LONGEST_END_MS } from './exit.js';

const LEAST_MS = 100;

export interface StopStep {
  readonly name: string;
  /** Told how many milliseconds it has. */
  readonly run: (ms: number) => unknown;
  /** Share of the time that it may take at most, if others should not have to hurry for it. */
  readonly share?: number;
  /** May take all the time but what the process needs to end; the others together leave half of it to such a step. */
  readonly isVital?: boolean;
}

export interface StopOptions {
  readonly timeoutMs: number;
  readonly onError: (step: string, error: unknown) => void;
}

/** Takes the steps one after the other. Returns whether all of them succeeded in time; never throws. */
export async function runShutdownSteps(
  steps: readonly StopStep[],
  { timeoutMs, onError }: StopOptions,
): Promise<boolean> {
  const began = performance.now();
  // The rest is for the end of the process itself.
  const vitalMs = timeoutMs - Math.min(timeoutMs / 8, LONGEST_END_MS);
  let clean = true;
  for (const { name, run, share = 1, isVital } of steps) {
    const passed = performance.now() - began;
    const ms = isVital ? vitalMs - passed : Math.min(timeoutMs / 2 - passed, timeoutMs * share);
    try {
      // A step that has no time left is begun all the same: most of them end at once.
      const stepMs = Math.max(LEAST_MS, ms);
      await withTimeout(Promise.resolve(run(stepMs)), stepMs, 'it took too long and was left');
    } catch (error) {
      clean = false;
      onError(name, error);
    }
  }
  return clean;
}

/** What it means that the server ends with changes that the store does not have. */
export function lossText(durability: string): string {
  const result =
    durability === 'strict'
      ? 'no worker was told that they are kept: nothing acknowledged is lost'
      : 'with DURABILITY=relaxed workers were told that they are kept: they are lost';
  return `the store did not take the last changes in time; ${result}`;
}
