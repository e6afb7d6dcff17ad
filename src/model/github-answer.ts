/** An answer of GitHub as the store keeps it: found by the question, and worth nothing to any other program. */
export interface GitHubAnswerRecord {
  readonly key: string;
  /** When GitHub said so, in milliseconds since the epoch. */
  readonly at: number;
  /** When it was last looked at, to the day: what nobody wants goes first. */
  readonly used: number;
  /** With which GitHub can be asked whether the answer still holds; empty: with none. */
  readonly etag: string;
  /** JSON in UTF-8, gzipped when it is long. */
  readonly answer: Uint8Array;
}

export type GitHubAnswerWrite =
  | { readonly write: 'put'; readonly record: GitHubAnswerRecord }
  | { readonly write: 'remove'; readonly keys: readonly string[] };

/** What is looked at to find the answers that are too many. */
export interface GitHubAnswerSize {
  readonly key: string;
  readonly used: number;
  readonly bytes: number;
}
