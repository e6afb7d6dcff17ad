/** The kinds of test that authors choose by name (docs/spec/ui.md §4.1), and what they are made of. */

export interface EloBounds {
  readonly elo0: number;
  readonly elo1: number;
}

export interface TestKind {
  readonly tc: string;
  readonly threads: number;
  /** MiB. */
  readonly hash: number;
  readonly throughput: number;
  /** A sequential test; without it, a fixed number of games. */
  readonly bounds?: EloBounds;
  readonly games?: number;
  /** Played against the last release. */
  readonly isProgression?: true;
}

export const DEFAULT_BOOK = 'UHO_Lichess_4852_v1.epd';
export const DEFAULT_BOOK_DEPTH = '8';

/** What progression tests are played against. */
export const LAST_RELEASE = {
  label: 'SF_18',
  sha: '43a2be018606176d91f612e48a753bd6c8ed6cf7',
  bench: '2050811',
} as const;

export const STANDARD_STC: EloBounds = { elo0: 0, elo1: 2 };
export const STANDARD_LTC: EloBounds = { elo0: 0.5, elo1: 2.5 };
export const NON_REGRESSION: EloBounds = { elo0: -1.75, elo1: 0.25 };

const PROGRESSION = { games: 60_000, isProgression: true } as const;

export const TEST_KINDS = {
  STC: { tc: '10+0.1', threads: 1, hash: 16, throughput: 100, bounds: STANDARD_STC },
  LTC: { tc: '60+0.6', threads: 1, hash: 64, throughput: 100, bounds: STANDARD_LTC },
  'STC SMP': { tc: '5+0.05', threads: 8, hash: 64, throughput: 100, bounds: STANDARD_STC },
  'LTC SMP': { tc: '20+0.2', threads: 8, hash: 256, throughput: 100, bounds: STANDARD_LTC },
  VLTC: { tc: '180+1.8', threads: 1, hash: 192, throughput: 50, bounds: STANDARD_STC },
  'VLTC SMP': { tc: '60+0.6', threads: 8, hash: 512, throughput: 50, bounds: STANDARD_LTC },
  PT: { tc: '60+0.6', threads: 1, hash: 64, throughput: 100, ...PROGRESSION },
  'PT SMP': { tc: '60+0.6', threads: 8, hash: 512, throughput: 100, ...PROGRESSION },
} as const satisfies Readonly<Record<string, TestKind>>;

export type TestKindName = keyof typeof TEST_KINDS;
export const TEST_KIND_NAMES = Object.keys(TEST_KINDS) as readonly TestKindName[];

/** The kind whose time control and threads these are; undefined when there is none, or more than one. */
export function kindPlayedAs(tc: string, threads: number): TestKindName | undefined {
  return TEST_KIND_NAMES.find((name) => {
    const kind: TestKind = TEST_KINDS[name];
    return kind.tc === tc && kind.threads === threads && kind.isProgression === undefined;
  });
}
