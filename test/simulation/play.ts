/** Plays scripts from their beginning, and shortens the ones that fail (delta debugging, A. Zeller 2002). */
import { Simulation } from './simulation.js';
import type { Scene, Step } from './steps.js';

export interface Failure {
  /** The step at which it showed; the script's length when it showed at the end. */
  at: number;
  error: Error;
}

/** Returns what went wrong, if anything. */
export async function playScript(scene: Scene, script: readonly Step[]): Promise<Failure | undefined> {
  let at = 0;
  try {
    const simulation = await Simulation.open(scene);
    for (; at < script.length; at++) await simulation.play(script[at]!);
    await simulation.close();
    return undefined;
  } catch (error) {
    return { at, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** The shortest script found that still fails, within about `limitMs`. */
export async function shrink(
  scene: Scene,
  script: readonly Step[],
  limitMs: number,
): Promise<readonly Step[]> {
  const deadline = Date.now() + limitMs;
  let best = script;
  let parts = 2;
  while (best.length > 1 && Date.now() < deadline) {
    const size = Math.ceil(best.length / parts);
    let shorter: readonly Step[] | undefined;
    for (let start = 0; start < best.length && Date.now() < deadline; start += size) {
      const candidate = [...best.slice(0, start), ...best.slice(start + size)];
      const failure = await playScript(scene, candidate);
      if (failure === undefined) continue;
      shorter = candidate.slice(0, failure.at + 1);
      break;
    }
    if (shorter !== undefined) {
      best = shorter;
      parts = Math.max(parts - 1, 2);
    } else if (size === 1) return best;
    else parts = Math.min(best.length, parts * 2);
  }
  return best;
}
