/**
 * What can be asked of GitHub (docs/spec/web-ui.md §5.6): one entry for each kind of question, with what it names and what
 * the answer is. Repositories are named `owner/name`; instants are milliseconds since the epoch.
 */

export interface Repository {
  /** `owner/name` as it is today: the account or the repository may have been renamed. */
  readonly repo: string;
  /** The root of its network of forks; itself when it is no fork. */
  readonly root: string;
}

export interface Commit {
  readonly sha: string;
  readonly message: string;
  /** First line of the message. */
  readonly title: string;
  readonly date: number;
  /** The signature that the message names (`Bench: 1234567`), if it does. */
  readonly bench?: string;
}

export interface DiffFile {
  readonly path: string;
  /** Its path before, when it was renamed. */
  readonly oldPath?: string;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed';
  readonly additions: number;
  readonly deletions: number;
  /** Unified hunks without the head; undefined: a binary file, or one that is too long to show. */
  readonly patch?: string;
}

export interface Diff {
  /** 3: what head changed since the merge base, which is base; 2: from base to head, neither of which need have the other. */
  readonly dots: 2 | 3;
  readonly files: readonly DiffFile[];
  readonly additions: number;
  readonly deletions: number;
  /** Longer than what is shown: `files` is not all, or has no hunks. */
  readonly isCut: boolean;
}

interface Questions {
  /** Whether a repository is there, under which name, and whose fork it is. */
  repository: { about: { repo: string }; answer: Repository };
  /** The commit that a branch, a tag or a sha stands for now. */
  commit: { about: { repo: string; ref: string }; answer: Commit };
  /** The newest commits of a branch, newest first, 30 at most. */
  commits: { about: { repo: string; branch: string }; answer: readonly Commit[] };
  /** Names of the networks that the sources of a commit name (docs/spec/web-ui.md §5.2). */
  nets: { about: { repo: string; sha: string }; answer: readonly string[] };
  /**
   * The newest commit that both have among their ancestors, or are; null: none. `base` is a sha, or a branch that moves:
   * then the answer is believed for ten minutes only.
   */
  mergeBase: { about: { repo: string; base: string; head: string }; answer: string | null };
  /** Whether a commit is an ancestor of the newest commit of the official master, or that commit. */
  isInMaster: { about: { sha: string }; answer: boolean };
  diff: { about: { repo: string; base: string; head: string }; answer: Diff };
  /** Number of comments on a commit. */
  comments: { about: { repo: string; sha: string }; answer: number };
}

export type QuestionKind = keyof Questions;
export type About<Kind extends QuestionKind> = Questions[Kind]['about'];
export type AnswerTo<Kind extends QuestionKind> = Questions[Kind]['answer'];
export interface Question<Kind extends QuestionKind = QuestionKind> {
  readonly kind: Kind;
  readonly about: About<Kind>;
}

/** An answer that was kept, maybe for longer than it is believed. */
export interface Known<Kind extends QuestionKind = QuestionKind> {
  readonly answer: AnswerTo<Kind>;
  /** When GitHub said so. */
  readonly at: number;
  /** Still counts as true. */
  readonly isFresh: boolean;
}

/** What is left of the calls that GitHub allows in an hour (docs/spec/worker-api.md §5.9). */
export interface Quota {
  readonly limit: number;
  readonly remaining: number;
  /** Seconds since the epoch at which the quota is full again. */
  readonly reset: number;
  readonly used: number;
  readonly resource: string;
  /** True until GitHub has answered once. */
  readonly _uninitialized: boolean;
}

/** Less than half is left, and it is not full again yet. */
export function isQuotaLow({ remaining, used, reset }: Quota, now: number): boolean {
  return now < reset * 1000 && remaining < used;
}

export const OFFICIAL_REPO = 'official-stockfish/Stockfish';

const OWNER = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,98})$/;
const NAME = /^[A-Za-z0-9_.-]{1,100}$/;
const WEB = /^https:\/\/(?:www\.)?github\.com\/([^/?#]+)\/([^/?#]+)\/?$/;
const SHA = /^[a-f0-9]{40}$/;

/** `owner/name` of a repository's address; undefined: it is none of GitHub's. */
export function repoOfUrl(url: string): string | undefined {
  const [, owner, name] = WEB.exec(url) ?? [];
  const repo = `${owner}/${name?.replace(/\.git$/, '')}`;
  return owner !== undefined && isRepo(repo) ? repo : undefined;
}

export function urlOfRepo(repo: string): string {
  return `https://github.com/${repo}`;
}

export function isRepo(repo: string): boolean {
  const [owner = '', name = '', ...more] = repo.split('/');
  return more.length === 0 && OWNER.test(owner) && NAME.test(name) && name !== '.' && name !== '..';
}

export function isSha(text: string): boolean {
  return SHA.test(text);
}

/** Whether git takes the text as the name of a branch, a tag or a commit. */
export function isRef(text: string): boolean {
  return (
    text.length > 0 &&
    text.length <= 250 &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: git refuses them, and so does this.
    !/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|^[/-]|[/.]$/.test(text)
  );
}
