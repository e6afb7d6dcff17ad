/** Stopping in steps: each is tried even if an earlier one failed (spec: scheduling.md §10). */

export interface StopStep {
  readonly name: string;
  readonly run: () => unknown;
}

/** Takes the steps one after the other. Returns whether all of them succeeded; never throws. */
export async function takeSteps(
  steps: readonly StopStep[],
  onError: (step: string, error: unknown) => void,
): Promise<boolean> {
  let clean = true;
  for (const { name, run } of steps) {
    try {
      await run();
    } catch (error) {
      clean = false;
      onError(name, error);
    }
  }
  return clean;
}
