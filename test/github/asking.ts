/** A service that asks a stand-in, with what a fork of the official repository needs. */
import { after } from 'node:test';
import { type GitHubOptions, GitHubService } from '../../src/github/github-service.js';
import { GitHubStandIn, OFFICIAL } from '../../src/swarm/github-stand-in.js';

export const FORK = 'somebody/Stockfish';
export const NET = 'nn-0123456789ab.nnue';
export const MASTER_FILES = {
  'src/evaluate.h': `#define EvalFileDefaultName "${NET}"\n`,
  'src/search.cpp': `${Array.from({ length: 20 }, (_, i) => `int line${i};`).join('\n')}\n`,
};

export interface Asked {
  readonly standIn: GitHubStandIn;
  readonly service: GitHubService;
  /** Newest commit of the official master. */
  readonly master: string;
}

/** Master has two commits; the fork has both. The stand-in is stopped after the test file. */
export async function ask(options: Partial<GitHubOptions> = {}): Promise<Asked> {
  const standIn = await GitHubStandIn.start();
  after(() => standIn.stop());
  standIn.repos.commit(OFFICIAL, { message: 'First\n\nBench: 1111111', files: MASTER_FILES });
  const master = standIn.repos.commit(OFFICIAL, { message: 'Second\n\nBench: 2222222' });
  standIn.repos.add(FORK, { forkOf: OFFICIAL });
  return { standIn, service: serviceOf(standIn, options), master };
}

export function serviceOf(standIn: GitHubStandIn, options: Partial<GitHubOptions> = {}): GitHubService {
  return new GitHubService({
    isOn: true,
    token: 'secret',
    apiUrl: `${standIn.url}/api`,
    rawUrl: `${standIn.url}/raw`,
    booksUrl: `${standIn.url}/raw/official-stockfish/books/master/books.json`,
    ...options,
  });
}
