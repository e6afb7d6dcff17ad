/**
 * What searches by facets look at of finished runs, remembered: to read 10,000 documents takes a quarter of a second. The store notes
 * each change of a finished run (schema version 10); what was remembered of it is forgotten before the next search.
 */
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import { BoundedCache } from '../../memory/bounded-cache.js';
import { factsOf, type RunFacts } from '../../rules/run-facets.js';
import type { RunHead } from '../port.js';
import { MOST_FACETED } from '../queries.js';

/** The half that was used last is kept for certain: as many as a search looks at. */
const MOST_KNOWN = 2 * MOST_FACETED;

export class KnownFacets {
  readonly #latest: StatementSyncInstance;
  readonly #since: StatementSyncInstance;
  readonly #known = new BoundedCache<number, RunFacts>(MOST_KNOWN);
  #change: number | undefined;

  constructor(db: DatabaseSyncInstance) {
    this.#latest = db.prepare('SELECT max(change) AS change FROM run_changes');
    this.#since = db.prepare('SELECT change, run FROM run_changes WHERE change >= ? ORDER BY change');
  }

  /** Call before what it knows is asked for: until the next call it may know runs as they are now. */
  refresh(): void {
    if (this.#change === undefined) {
      this.#change = (this.#latest.get() as { change: number }).change;
      return;
    }
    const changes = this.#since.all(this.#change) as { change: number; run: number }[];
    const [known, ...later] = changes;
    if (known?.change === this.#change) {
      for (const { run } of later) this.#known.delete(run);
      this.#change = changes.at(-1)!.change;
      return;
    }
    // Changes that it has not seen are gone.
    this.#known.clear();
    this.#change = (this.#latest.get() as { change: number }).change;
  }

  /** @param read the document of a row @returns undefined where there is none */
  of(run: number, read: (run: number) => RunHead | undefined): RunFacts | undefined {
    const known = this.#known.get(run);
    if (known !== undefined) return known;
    const head = read(run);
    if (head === undefined) return undefined;
    const facts = factsOf(head);
    this.#known.set(run, facts);
    return facts;
  }
}
