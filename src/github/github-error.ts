/** Why there is no answer from GitHub, in words for whoever waits for it. */

/**
 * `off`: the operator switched GitHub off, and the answer was not kept · `away`: no answer, or one that says to come later ·
 * `quota`: no more calls for now · `no-repository`, `no-commit`: GitHub does not have it, or does not show it ·
 * `refused`: GitHub does not want to be asked so, such as with that token · `malformed`: an answer that is none.
 */
export type GitHubReason = 'off' | 'away' | 'quota' | 'no-repository' | 'no-commit' | 'refused' | 'malformed';

/** A `GitHubError` as it goes from thread to thread. */
export interface GitHubFailure {
  readonly reason: GitHubReason;
  /** What was asked, what came of it, and whether to try again. */
  readonly message: string;
  /** When the quota is full again, in milliseconds since the epoch. */
  readonly retryAt?: number;
}

export class GitHubError extends Error {
  readonly reason: GitHubReason;
  readonly retryAt: number | undefined;

  constructor({ reason, message, retryAt }: GitHubFailure, options?: ErrorOptions) {
    super(message, options);
    this.name = 'GitHubError';
    this.reason = reason;
    this.retryAt = retryAt;
  }

  /** Worth asking again later: nothing is known of what was asked about. */
  get isTemporary(): boolean {
    return this.reason === 'away' || this.reason === 'quota';
  }

  get failure(): GitHubFailure {
    const { reason, message, retryAt } = this;
    return { reason, message, ...(retryAt !== undefined && { retryAt }) };
  }
}

/** hh:mm UTC. @param at ms since the epoch */
export function clock(at: number): string {
  return `${new Date(at).toISOString().slice(11, 16)} UTC`;
}
