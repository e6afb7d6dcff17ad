/**
 * Networks of bases that are in the official master are marked so, soon after the first approved test with them
 * (docs/spec/data-model.md §7): whoever approves, and wherever, waits for no GitHub.
 */
import type { GitHub } from '../github/github.js';
import { GitHubError } from '../github/github-error.js';
import { isSha } from '../github/questions.js';
import { pushItem, withSystem } from '../operations/changes.js';
import { fixedHead } from '../state/run-document.js';
import { RunFlag } from '../state/run-record.js';
import type { State } from '../state/state.js';
import type { Reader } from '../store/port.js';

/** Until a base that is not in master is asked about again: what is not there comes seldom. */
const AGAIN_MS = 6 * 3_600_000;
/** Of one call of the job, so that a restart does not use up GitHub's quota. */
const MOST_QUESTIONS = 10;
/** Kept of either; a farm has fewer unfinished tests. */
const MOST_KEPT = 10_000;

export class MasterNets {
  readonly #state: State;
  readonly #reader: Pick<Reader, 'net'>;
  readonly #github: GitHub;
  /** Bases that are not in master, with when to ask again by the steady clock. */
  readonly #others = new Map<string, number>();
  readonly #marked = new Set<string>();

  constructor(state: State, reader: Pick<Reader, 'net'>, github: GitHub) {
    this.#state = state;
    this.#reader = reader;
    this.#github = github;
  }

  /** Returns how many networks it marked. @param now milliseconds of the steady clock */
  async run(now: number): Promise<number> {
    const marked: string[] = [];
    let questions = 0;
    for (const [base, nets] of this.#unmarked(now)) {
      questions += 1;
      if (questions > MOST_QUESTIONS) break;
      if (!(await this.#isInMaster(base, now))) continue;
      for (const net of nets) if (await this.#isToMark(net)) marked.push(net);
    }
    if (marked.length === 0) return 0;
    withSystem(this.#state, (slot) => {
      for (const net of marked) pushItem(this.#state, slot, { kind: 'masterNet', net });
    });
    this.#state.commits.next();
    return marked.length;
  }

  /** Networks that may need the mark, by the base that plays with them. */
  #unmarked(now: number): ReadonlyMap<string, ReadonlySet<string>> {
    const { runs } = this.#state;
    if (this.#marked.size > MOST_KEPT) this.#marked.clear();
    if (this.#others.size > MOST_KEPT) this.#others.clear();
    const found = new Map<string, Set<string>>();
    for (const slot of runs.unfinished()) {
      if (!runs.has(slot, RunFlag.approved)) continue;
      const { resolved_base: base, base_nets: nets } = fixedHead(this.#state, slot).args;
      if (!isSha(base) || (this.#others.get(base) ?? Number.NEGATIVE_INFINITY) > now) continue;
      // Old documents may lack their networks.
      for (const net of nets ?? []) {
        if (this.#marked.has(net)) continue;
        const unmarked = found.get(base) ?? new Set();
        found.set(base, unmarked.add(net));
      }
    }
    return found;
  }

  async #isInMaster(sha: string, now: number): Promise<boolean> {
    try {
      const isInMaster = await this.#github.ask('isInMaster', { sha });
      if (!isInMaster) this.#others.set(sha, now + AGAIN_MS);
      return isInMaster;
    } catch (error) {
      if (error instanceof GitHubError) return false;
      throw error;
    }
  }

  /** One without a test gets the mark when it has one. */
  async #isToMark(name: string): Promise<boolean> {
    const net = await this.#reader.net(name);
    if (net?.is_master === true) this.#marked.add(name);
    return net !== undefined && net.is_master !== true && net.first_test !== undefined;
  }
}
