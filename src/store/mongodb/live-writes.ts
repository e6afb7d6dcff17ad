/** Writes the members of a run that change while it lives: those that are not what they were. */
import type { RunLive } from '../port.js';
import { encodeMember } from './bson-values.js';
import type { Update } from './update.js';

export class LiveWrites {
  /** What the members are in the store or in its log, as text by path, for each run. */
  readonly #known = new Map<string, Map<string, string>>();

  put(runId: string, live: RunLive, update: Update): void {
    const known = this.#known.get(runId) ?? new Map<string, string>();
    this.#known.set(runId, known);
    for (const [path, name, value] of livePaths(live)) {
      const text = JSON.stringify(value) ?? '';
      if (known.get(path) === text) continue;
      known.set(path, text);
      update.put(path, value === undefined ? undefined : encodeMember(name, value));
    }
  }

  /** Whether the run is known to be unfinished. */
  isUnfinished(runId: string): boolean {
    return this.#known.get(runId)?.get('finished') === 'false';
  }

  /** After a batch that failed: what was put may not be there. */
  forget(): void {
    this.#known.clear();
  }
}

/** Each live member under its own path, so that members which no type names stay. */
function* livePaths(live: RunLive): Generator<[path: string, name: string, value: unknown]> {
  const { args, ...members } = live;
  const { sprt, ...settings } = args;
  for (const [name, value] of Object.entries(members)) yield [name, name, value];
  for (const [name, value] of Object.entries(settings)) yield [`args.${name}`, name, value];
  if (sprt === undefined) return;
  // These two come and go in a run's life; any other member that `live` lacks is one it does not know.
  const { overshoot, lost_samples, ...others } = sprt;
  for (const [name, value] of Object.entries({ ...others, overshoot, lost_samples })) {
    yield [`args.sprt.${name}`, name, value];
  }
}
