/**
 * What the demonstration's stand-in for GitHub has, so that a test can be submitted by the name of a branch where no network
 * is: the official repository, and a developer's fork with branches that wait for a test.
 */
import { benchOfMessage } from '../rules/commit-message.js';
import { DEFAULT_BOOK } from '../rules/test-kinds.js';
import { GitHubStandIn, OFFICIAL } from './github-stand-in.js';

export const DEVELOPER_REPO = 'developer/Stockfish';
/** Branches of the fork that no test of the demonstration plays yet. */
export const FREE_BRANCHES = ['late_moves', 'simplify_futility'] as const;

/** Of books that no simulated worker reads. */
export const DEMO_BOOKS = {
  [DEFAULT_BOOK]: book(1_000_000),
  'UHO_4060_v4.epd': book(240_000),
  '8moves_v3.pgn': book(34_700),
};

interface Branch {
  readonly branch: string;
  readonly message: string;
  readonly change: string;
}

const BRANCHES: readonly Branch[] = [
  {
    branch: 'prune_more',
    message: 'Prune more quiet moves\n\nAt low depth, after a bad history.\n\nBench: 2345671',
    change: 'constexpr int QuietMargin = 140;\n',
  },
  {
    branch: 'regression',
    message: 'Sort captures anew\n\nBench: 2345672',
    change: 'constexpr int QuietMargin = 121;\n',
  },
  {
    branch: 'tune_search',
    message: 'Parameters to tune\n\nBench: 2222222',
    change: 'TUNE(aggression, contempt, margin);\n',
  },
  {
    branch: FREE_BRANCHES[0],
    message: 'Reduce late moves less\n\nIf the move before it was a capture.\n\nBench: 2345673',
    change: 'constexpr int LateReduction = 2;\n',
  },
  {
    branch: FREE_BRANCHES[1],
    message: 'Simplify futility pruning\n\nOne condition less.\n\nBench: 2345674',
    change: '// Futility pruning: one condition.\n',
  },
];

export interface DemoCommit {
  readonly sha: string;
  readonly title: string;
  readonly bench: string;
}

/** By branch; `master` is the official one. */
export type DemoCommits = ReadonlyMap<string, DemoCommit>;

export async function startDemoGitHub(): Promise<{ github: GitHubStandIn; commits: DemoCommits }> {
  const github = await GitHubStandIn.start();
  github.setBooks(DEMO_BOOKS);
  const { repos } = github;
  repos.commit(OFFICIAL, {
    message: 'First\n\nBench: 1111111',
    files: {
      'src/evaluate.h': '// Simulated workers play without a network.\n',
      'src/search.cpp': 'constexpr int QuietMargin = 120;\n',
    },
  });
  const commits = new Map<string, DemoCommit>();
  const message = 'Update the authors\n\nBench: 2222222';
  commits.set('master', described(message, repos.commit(OFFICIAL, { message })));
  repos.add(DEVELOPER_REPO, { forkOf: OFFICIAL });
  for (const { branch, message, change } of BRANCHES) {
    const files = { 'src/search.cpp': change };
    commits.set(branch, described(message, repos.commit(DEVELOPER_REPO, { branch, message, files })));
  }
  return { github, commits };
}

function described(message: string, sha: string): DemoCommit {
  return { sha, title: message.split('\n', 1)[0]!, bench: benchOfMessage(message)! };
}

function book(total: number) {
  const white = Math.floor(total / 2);
  return { total, white, black: total - white, min_depth: null, max_depth: null, sri: 'A'.repeat(64) };
}
