/** How each kind of question is asked, and for how long its answer is believed: the table of docs/spec/web-ui.md §5.6. */
import { benchOfMessage } from '../rules/commit-message.js';
import { NET_SOURCES, netsInSource } from '../rules/net-sources.js';
import { findDiff } from './find-diff.js';
import {
  type Asking,
  countOf,
  type GitHubCalls,
  listOf,
  malformed,
  objectOf,
  textOf,
  UNCHANGED,
} from './github-calls.js';
import { GitHubError } from './github-error.js';
import {
  type About,
  type AnswerTo,
  type Commit,
  isRepo,
  OFFICIAL_REPO,
  type QuestionKind,
} from './questions.js';

export interface Found<Answer> {
  readonly answer: Answer;
  /** With which GitHub can be asked whether it still holds. */
  readonly etag?: string | undefined;
}

export interface Handler<Kind extends QuestionKind> {
  /** What is asked, for people. */
  what(about: About<Kind>): string;
  /** What tells the answer from all others; an answer that follows from shas alone is the same in every repository. */
  key(about: About<Kind>): string;
  /** For how long the answer is believed, in milliseconds. */
  keepMs(answer: AnswerTo<Kind>, about: About<Kind>): number;
  find(
    about: About<Kind>,
    asking: Asking,
    calls: GitHubCalls,
  ): Promise<Found<AnswerTo<Kind>> | typeof UNCHANGED>;
}

export const FOR_EVER = Number.POSITIVE_INFINITY;
const MINUTE_MS = 60_000;
const SHORT_MS = 10 * MINUTE_MS;
const COMMITS = 30;
const SHA = /^[a-f0-9]{40}$/;
/** A comparison brings the changes of all files along. */
const LONGEST_COMPARISON = 16 * 1024 * 1024;

const short = (sha: string) => sha.slice(0, 10);
const path = (text: string) => encodeURIComponent(text);

const repository: Handler<'repository'> = {
  what: ({ repo }) => `repository ${repo}`,
  key: ({ repo }) => repo.toLowerCase(),
  keepMs: () => SHORT_MS,
  async find({ repo }, asking, calls) {
    const answer = await calls.conditional(`/repos/${repo}`, asking, { missing: 'no-repository' });
    if (answer === UNCHANGED) return UNCHANGED;
    const body = objectOf(asking.what, answer.body);
    const name = repoName(asking.what, body['full_name']);
    const source = body['source'];
    const root = source === undefined || source === null ? name : nameOfSource(asking.what, source);
    return { answer: { repo: name, root }, etag: answer.etag };
  },
};

const commit: Handler<'commit'> = {
  what: ({ repo, ref }) => `commit ${SHA.test(ref) ? short(ref) : ref} of ${repo}`,
  key: ({ repo, ref }) => (SHA.test(ref) ? ref : `${repo.toLowerCase()} ${ref}`),
  keepMs: (_answer, { ref }) => (SHA.test(ref) ? FOR_EVER : 0),
  async find({ repo, ref }, asking, calls) {
    const answer = await calls.conditional(`/repos/${repo}/commits/${path(ref)}`, asking, {
      missing: 'no-repository',
    });
    return answer === UNCHANGED
      ? UNCHANGED
      : { answer: commitOf(asking.what, answer.body), etag: answer.etag };
  },
};

const commits: Handler<'commits'> = {
  what: ({ repo, branch }) => `newest commits of ${repo}, branch ${branch}`,
  key: ({ repo, branch }) => `${repo.toLowerCase()} ${branch}`,
  keepMs: () => MINUTE_MS,
  async find({ repo, branch }, asking, calls) {
    const query = `sha=${path(branch)}&per_page=${COMMITS}`;
    const answer = await calls.conditional(`/repos/${repo}/commits?${query}`, asking, {
      missing: 'no-repository',
    });
    if (answer === UNCHANGED) return UNCHANGED;
    const list = listOf(asking.what, answer.body).slice(0, COMMITS);
    return { answer: list.map((each) => commitOf(asking.what, each)), etag: answer.etag };
  },
};

const nets: Handler<'nets'> = {
  what: ({ repo, sha }) => `networks of commit ${short(sha)} of ${repo}`,
  key: ({ sha }) => sha,
  keepMs: () => FOR_EVER,
  async find({ repo, sha }, asking, calls) {
    let isThere = false;
    for (const source of NET_SOURCES) {
      const text = await calls.file(repo, sha, source.path, asking);
      isThere ||= text !== undefined;
      const names = netsInSource(text ?? '', source.words);
      if (names.length > 0) return { answer: names };
    }
    if (isThere) return { answer: [] };
    const files = NET_SOURCES.map((source) => source.path).join(' nor ');
    throw new GitHubError({
      reason: 'no-commit',
      message: `${asking.what}: GitHub has neither ${files} there.`,
    });
  },
};

const mergeBase: Handler<'mergeBase'> = {
  what: ({ repo, base, head }) => `what ${short(base)} and ${short(head)} of ${repo} have in common`,
  key: ({ repo, base, head }) =>
    SHA.test(base) ? mergeBaseKey(base, head) : `${repo.toLowerCase()} ${base} ${head}`,
  keepMs: (_answer, { base }) => (SHA.test(base) ? FOR_EVER : SHORT_MS),
  async find({ repo, base, head }, asking, calls) {
    return { answer: await findMergeBase(repo, base, head, asking, calls) };
  },
};

const isInMaster: Handler<'isInMaster'> = {
  what: ({ sha }) => `whether ${short(sha)} is in the official master`,
  key: ({ sha }) => sha,
  // What is in master stays there; what is not may come.
  keepMs: (answer) => (answer ? FOR_EVER : SHORT_MS),
  async find({ sha }, asking, calls) {
    try {
      return { answer: (await findMergeBase(OFFICIAL_REPO, 'master', sha, asking, calls)) === sha };
    } catch (error) {
      // Its network of forks does not have the commit.
      if (error instanceof GitHubError && error.reason === 'no-commit') return { answer: false };
      throw error;
    }
  },
};

const diff: Handler<'diff'> = {
  what: ({ repo, base, head }) => `changes from ${short(base)} to ${short(head)} in ${repo}`,
  key: ({ base, head }) => `${base} ${head}`,
  keepMs: () => FOR_EVER,
  async find({ repo, base, head }, asking, calls) {
    return { answer: await findDiff(repo, base, head, asking, calls) };
  },
};

const comments: Handler<'comments'> = {
  what: ({ repo, sha }) => `comments on ${short(sha)} of ${repo}`,
  key: ({ repo, sha }) => `${repo.toLowerCase()} ${sha}`,
  keepMs: () => SHORT_MS,
  async find({ repo, sha }, asking, calls) {
    const answer = await calls.conditional(`/repos/${repo}/commits/${sha}`, asking);
    if (answer === UNCHANGED) return UNCHANGED;
    const inner = objectOf(asking.what, objectOf(asking.what, answer.body)['commit']);
    return { answer: countOf(asking.what, inner['comment_count']), etag: answer.etag };
  },
};

export const HANDLERS: { readonly [Kind in QuestionKind]: Handler<Kind> } = {
  repository,
  commit,
  commits,
  nets,
  mergeBase,
  isInMaster,
  diff,
  comments,
};

/** Two commits have the same merge base, whichever is named first. */
export function mergeBaseKey(one: string, other: string): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}

async function findMergeBase(
  repo: string,
  base: string,
  head: string,
  asking: Asking,
  calls: GitHubCalls,
): Promise<string | null> {
  const url = `/repos/${repo}/compare/${path(base)}...${path(head)}?per_page=1`;
  const { what } = asking;
  const body = objectOf(what, (await calls.api(url, asking, { mostBytes: LONGEST_COMPARISON })).body);
  const found = body['merge_base_commit'];
  return found === null ? null : textOf(what, objectOf(what, found)['sha'], SHA);
}

function commitOf(what: string, value: unknown): Commit {
  const body = objectOf(what, value);
  const inner = objectOf(what, body['commit']);
  const message = textOf(what, inner['message']);
  const date = Date.parse(textOf(what, objectOf(what, inner['committer'])['date']));
  if (Number.isNaN(date)) throw malformed(what, 'no date where one belongs');
  const bench = benchOfMessage(message);
  const title = message.split(/\r?\n/, 1)[0]!;
  const sha = textOf(what, body['sha'], SHA);
  return { sha, message, title, date, ...(bench !== undefined && { bench }) };
}

function repoName(what: string, value: unknown): string {
  const name = textOf(what, value);
  if (!isRepo(name)) throw malformed(what, 'no name of a repository where one belongs');
  return name;
}

function nameOfSource(what: string, source: unknown): string {
  return repoName(what, objectOf(what, source)['full_name']);
}
