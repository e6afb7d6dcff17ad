/** What people gave to many runs, summed by name; and those sums as the store keeps them, so that no run is counted anew. */
import type { ContributorDocument } from '../model/documents.js';
import type { RunShares, Share } from '../rules/contribution.js';

export type Sum = Share & { tests: number };

/** The contributions to one run, in little memory: thousands of runs are remembered. */
export class CountedRun {
  readonly owner: string;
  readonly startTime: number;
  readonly isFinished: boolean;
  readonly #names: readonly string[];
  /** MEMBERS for each name. */
  readonly #values: Float64Array;

  constructor(run: { owner: string; startTime: number; isFinished: boolean }, shares: RunShares) {
    this.owner = run.owner;
    this.startTime = run.startTime;
    this.isFinished = run.isFinished;
    const entries = [...shares.entries()];
    this.#names = entries.map(([name]) => name);
    this.#values = Float64Array.from(
      entries.flatMap(([, { games, cpuHours, gamesPerHour, lastUpdated }]) => [
        games,
        cpuHours,
        gamesPerHour,
        lastUpdated,
      ]),
    );
  }

  *shares(): Generator<[string, Share]> {
    for (const [i, name] of this.#names.entries()) {
      const [games, cpuHours, gamesPerHour, lastUpdated] = this.#values.subarray(i * MEMBERS);
      yield [
        name,
        { games: games!, cpuHours: cpuHours!, gamesPerHour: gamesPerHour!, lastUpdated: lastUpdated! },
      ];
    }
  }
}

const MEMBERS = 4;

type StoredSum = readonly [name: string, games: number, cpuHours: number, tests: number, lastUpdated: number];

export class ContributionSums {
  readonly #sums = new Map<string, Sum>();

  constructor(stored: readonly StoredSum[] = []) {
    for (const [name, games, cpuHours, tests, lastUpdated] of stored) {
      this.#sums.set(name, { games, cpuHours, gamesPerHour: 0, tests, lastUpdated });
    }
  }

  add(run: CountedRun): void {
    for (const [name, share] of run.shares()) this.#add(name, { ...share, tests: 0 });
    if (run.owner === '') return;
    this.#add(run.owner, { games: 0, cpuHours: 0, gamesPerHour: 0, lastUpdated: -1, tests: 1 });
  }

  copy(): ContributionSums {
    return new ContributionSums(this.stored());
  }

  stored(): StoredSum[] {
    return [...this.#sums].map(([name, { games, cpuHours, tests, lastUpdated }]) => [
      name,
      games,
      cpuHours,
      tests,
      lastUpdated,
    ]);
  }

  /** Of those who played games or submitted tests. @param repos tests repositories by name */
  *entries(repos: ReadonlyMap<string, string>): Generator<ContributorDocument> {
    for (const [username, sum] of this.#sums) {
      if (sum.games === 0 && sum.tests === 0) continue;
      yield {
        username,
        cpu_hours: rounded(sum.cpuHours),
        games: sum.games,
        games_per_hour: rounded(sum.gamesPerHour),
        tests: sum.tests,
        tests_repo: repos.get(username) ?? '',
        last_updated: sum.lastUpdated,
      };
    }
  }

  #add(name: string, { games, cpuHours, gamesPerHour, lastUpdated, tests }: Sum): void {
    const sum = this.#sums.get(name);
    if (sum === undefined) {
      this.#sums.set(name, { games, cpuHours, gamesPerHour, lastUpdated, tests });
      return;
    }
    sum.games += games;
    sum.cpuHours += cpuHours;
    sum.gamesPerHour += gamesPerHour;
    sum.tests += tests;
    sum.lastUpdated = Math.max(sum.lastUpdated, lastUpdated);
  }
}

/** The order in which runs are added would show in the last digits: then entries would be written that say the same. */
function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
