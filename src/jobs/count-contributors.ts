/**
 * Fills the contributors' caches (docs/spec/data-model.md §9) where nobody's script does: from them stop_run knows who has given
 * enough, and pages who gave how much.
 *
 * Runs that nothing can change any more are counted once (settled-runs.ts). Those of the last weeks and unfinished ones are counted
 * each time, but a finished one only when its document changed. All is read from the store: no lock is held and no worker
 * waits. Until every run was counted for the first time, the totals of all time stay as they are.
 */
import { pushItem, withSystem } from '../operations/changes.js';
import { RunShares } from '../rules/contribution.js';
import type { State } from '../state/state.js';
import type { Reader, RunHead } from '../store/port.js';
import { ContributionSums, CountedRun } from './contribution-sums.js';
import { publishContributors } from './publish-contributors.js';
import {
  CONTRIBUTIONS_KEY,
  readSettled,
  type SettledRuns,
  settledBefore,
  storedSettled,
} from './settled-runs.js';
import { WorkShare } from './work-share.js';

const MONTH_MS = 30 * 86_400_000;
const RUNS_A_PAGE = 50;
const TASKS_A_STEP = 100;
/** What was counted since is counted again after a crash. */
const SAVE_MS = 60_000;

type Runs = Pick<
  Reader,
  'runsAfter' | 'run' | 'tasks' | 'users' | 'contributors' | 'keyValue' | 'hasContributorScript'
>;

export interface ContributorCountParts {
  readonly state: State;
  readonly reader: Runs;
  /** `on`: also where fishtest's script was at work. */
  readonly mode: 'auto' | 'on';
  readonly now?: () => number;
}

interface Kept {
  /** Changes with what is counted. */
  readonly mark: string;
  readonly run: CountedRun;
}

export class ContributorCount {
  readonly #parts: ContributorCountParts;
  readonly #share = new WorkShare();
  #settled: SettledRuns | undefined;
  #hasChanged = false;
  #savedAt = performance.now();
  /** Recent runs as they were counted last, by their ids. */
  #recent = new Map<string, Kept>();

  constructor(parts: ContributorCountParts) {
    this.#parts = parts;
  }

  /** Returns what was written, in words for the log. */
  async run(signal: AbortSignal): Promise<string> {
    const { reader, mode } = this.#parts;
    if (mode === 'auto' && (await reader.hasContributorScript())) return "left to fishtest's script";
    this.#settled ??= await readSettled(reader);
    const now = (this.#parts.now ?? Date.now)();
    const settled = await this.#settle(this.#settled, now, signal);
    if (this.#hasChanged) this.#save(this.#settled);
    const recent = settled ? await this.#countRecent(this.#settled, signal) : undefined;
    return recent === undefined ? 'interrupted' : await this.#publish(this.#settled.sums, recent, now);
  }

  /** Counts what has become settled. @returns false when it was interrupted */
  async #settle(settled: SettledRuns, now: number, signal: AbortSignal): Promise<boolean> {
    const { reader } = this.#parts;
    const before = settledBefore(now);
    for (;;) {
      const page = await reader.runsAfter(settled.through, RUNS_A_PAGE);
      for (const head of page) {
        if (head._id >= before) return true;
        if (!(await this.#settleRun(settled, head, signal))) return false;
        settled.through = head._id;
        this.#saveNowAndThen(settled);
      }
      if (page.length < RUNS_A_PAGE) return true;
    }
  }

  async #settleRun(settled: SettledRuns, head: RunHead, signal: AbortSignal): Promise<boolean> {
    if (!head.finished) {
      settled.unfinished.add(head._id);
    } else {
      const run = this.#keptOf(head) ?? (await this.#count(head, signal));
      if (run === undefined) return false;
      settled.sums.add(run);
      settled.unfinished.delete(head._id);
    }
    this.#hasChanged = true;
    return true;
  }

  /** @returns the runs that are not settled; undefined when it was interrupted */
  async #countRecent(settled: SettledRuns, signal: AbortSignal): Promise<CountedRun[] | undefined> {
    const { reader } = this.#parts;
    const recent = new Map<string, Kept>();
    for (const runId of [...settled.unfinished]) {
      const head = await reader.run(runId);
      if (head === undefined) settled.unfinished.delete(runId);
      else if (head.finished) {
        if (!(await this.#settleRun(settled, head, signal))) return undefined;
      } else if (!(await this.#countInto(recent, head, signal))) return undefined;
    }
    for (let last = settled.through; ; ) {
      const page = await reader.runsAfter(last, RUNS_A_PAGE);
      for (const head of page) if (!(await this.#countInto(recent, head, signal))) return undefined;
      if (page.length < RUNS_A_PAGE) break;
      last = page.at(-1)!._id;
    }
    this.#recent = recent;
    if (this.#hasChanged) this.#save(settled);
    return [...recent.values()].map(({ run }) => run);
  }

  async #countInto(recent: Map<string, Kept>, head: RunHead, signal: AbortSignal): Promise<boolean> {
    const run = this.#keptOf(head) ?? (await this.#count(head, signal));
    if (run === undefined) return false;
    recent.set(head._id, { mark: markOf(head), run });
    return true;
  }

  #keptOf(head: RunHead): CountedRun | undefined {
    const kept = this.#recent.get(head._id);
    return kept?.mark === markOf(head) && !(head.workers > 0) ? kept.run : undefined;
  }

  /** @returns undefined when it was interrupted */
  async #count(head: RunHead, signal: AbortSignal): Promise<CountedRun | undefined> {
    const shares = new RunShares(head.args ?? {});
    let tasks = 0;
    for await (const task of this.#parts.reader.tasks(head._id)) {
      shares.add(task);
      if (++tasks % TASKS_A_STEP === 0 && !(await this.#share.step(signal))) return undefined;
    }
    if (!(await this.#share.step(signal))) return undefined;
    const { finished: isFinished, start_time: startTime, args } = head;
    const owner: unknown = args?.username;
    return new CountedRun({ owner: typeof owner === 'string' ? owner : '', startTime, isFinished }, shares);
  }

  async #publish(settled: ContributionSums, recent: readonly CountedRun[], now: number): Promise<string> {
    const all = settled.copy();
    const month = new ContributionSums();
    for (const run of recent) {
      all.add(run);
      if (!run.isFinished || run.startTime >= now - MONTH_MS) month.add(run);
    }
    const repos = new Map<string, string>();
    for await (const { username, tests_repo: repo } of this.#parts.reader.users()) {
      repos.set(username, repo ?? '');
    }
    const written = await publishContributors(this.#parts, 'all', all.entries(repos));
    const writtenOfMonth = await publishContributors(this.#parts, 'month', month.entries(repos));
    return `${written} entries of all time, ${writtenOfMonth} of the month`;
  }

  #saveNowAndThen(settled: SettledRuns): void {
    if (performance.now() - this.#savedAt >= SAVE_MS) this.#save(settled);
  }

  #save(settled: SettledRuns): void {
    const { state } = this.#parts;
    const value = storedSettled(settled);
    withSystem(state, (slot) => pushItem(state, slot, { kind: 'keyValue', key: CONTRIBUTIONS_KEY, value }));
    state.commits.next();
    this.#hasChanged = false;
    this.#savedAt = performance.now();
  }
}

/** A purge takes games from a run, and a revival lets it go on: both change it. */
function markOf({
  finished,
  last_updated: lastUpdated,
  results,
  committed_games: committed,
}: RunHead): string {
  const { wins = 0, losses = 0, draws = 0 } = results ?? {};
  return [finished, lastUpdated, wins, losses, draws, committed].join(' ');
}
