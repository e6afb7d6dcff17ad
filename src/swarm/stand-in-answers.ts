/** GitHub's answers to the few calls that Shoal makes of it, in its own form, from a stand-in's repositories. */
import { structuredPatch } from 'diff';
import { hunkHead } from '../github/find-diff.js';
import { type StandInCommit, type StandInRepo, type StandInRepos, shaOf } from './stand-in-repos.js';

export interface StandInAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly location?: string;
}

const NOT_FOUND: StandInAnswer = { status: 404, body: { message: 'Not Found' } };
const REPO = /^\/repos\/([^/]+\/[^/]+)(\/.*)?$/;

/** @param url path and query of the API */
export function answerApi(repos: StandInRepos, url: URL): StandInAnswer {
  const byId = /^\/repositories\/(.+)$/.exec(url.pathname);
  if (byId !== null) return describe(repos, decodeURIComponent(byId[1]!));
  const [, name, rest = ''] = REPO.exec(url.pathname) ?? [];
  const repo = name === undefined ? undefined : repos.find(name);
  if (name === undefined || repo === undefined) return NOT_FOUND;
  if (repo.name.toLowerCase() !== name.toLowerCase()) {
    const location = `/repositories/${encodeURIComponent(repo.name)}`;
    if (rest === '') return { status: 301, body: { message: 'Moved Permanently' }, location };
  }
  if (rest === '') return describe(repos, repo.name);
  if (rest === '/commits') return newest(repos, repo, url.searchParams);
  const commit = /^\/commits\/(.+)$/.exec(rest);
  if (commit !== null) return oneCommit(repos, repo, decodeURIComponent(commit[1]!));
  const compare = /^\/compare\/(.+?)\.\.\.(.+)$/.exec(rest);
  if (compare !== null) {
    return comparison(repos, repo, decodeURIComponent(compare[1]!), decodeURIComponent(compare[2]!));
  }
  const tree = /^\/git\/trees\/(.+)$/.exec(rest);
  return tree === null ? NOT_FOUND : treeOf(repos, repo, tree[1]!);
}

/** A file's text; undefined: 404. @param path `/owner/name/ref/path` */
export function answerRaw(repos: StandInRepos, path: string): string | undefined {
  const [, owner, name, ref, ...parts] = decodeURIComponent(path).split('/');
  const repo = repos.find(`${owner}/${name}`);
  if (repo === undefined || ref === undefined) return undefined;
  return repos.resolve(repo, ref)?.files[parts.join('/')];
}

function describe(repos: StandInRepos, name: string): StandInAnswer {
  const repo = repos.find(name);
  if (repo === undefined) return NOT_FOUND;
  const isFork = repo.root !== repo.name;
  const root = { full_name: repo.root };
  const body = { full_name: repo.name, fork: isFork, ...(isFork && { parent: root, source: root }) };
  return { status: 200, body };
}

function newest(repos: StandInRepos, repo: StandInRepo, query: URLSearchParams): StandInAnswer {
  const ref = query.get('sha') ?? 'master';
  const head = repos.resolve(repo, ref);
  if (head === undefined) return NOT_FOUND;
  const count = Number(query.get('per_page') ?? 30);
  return { status: 200, body: repos.history(head).slice(0, count).map(commitBody) };
}

function oneCommit(repos: StandInRepos, repo: StandInRepo, ref: string): StandInAnswer {
  const commit = repos.resolve(repo, ref);
  if (commit !== undefined) return { status: 200, body: commitBody(commit) };
  return { status: 422, body: { message: `No commit found for SHA: ${ref}` } };
}

function commitBody({ sha, message, date, parents, comments }: StandInCommit) {
  const person = { name: 'somebody', date: date.toISOString().replace('.000', '') };
  const commit = { message, author: person, committer: person, comment_count: comments };
  return { sha, commit, parents: parents.map((parent) => ({ sha: parent })) };
}

function comparison(repos: StandInRepos, repo: StandInRepo, from: string, to: string): StandInAnswer {
  const base = repos.resolve(repo, from);
  const head = repos.resolve(repo, to);
  const common = base !== undefined && head !== undefined ? repos.mergeBase(base, head) : undefined;
  if (base === undefined || head === undefined || common === undefined) return NOT_FOUND;
  const inBase = new Set(repos.history(base).map(({ sha }) => sha));
  const inHead = new Set(repos.history(head).map(({ sha }) => sha));
  const ahead = [...inHead].filter((sha) => !inBase.has(sha)).length;
  const behind = [...inBase].filter((sha) => !inHead.has(sha)).length;
  const body = {
    status: ahead === 0 ? (behind === 0 ? 'identical' : 'behind') : behind === 0 ? 'ahead' : 'diverged',
    ahead_by: ahead,
    behind_by: behind,
    merge_base_commit: commitBody(common),
    files: changedFiles(common.files, head.files),
  };
  return { status: 200, body };
}

function changedFiles(before: StandInCommit['files'], after: StandInCommit['files']) {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return paths
    .filter((path) => before[path] !== after[path])
    .map((path) => {
      const { hunks } = structuredPatch(path, path, before[path] ?? '', after[path] ?? '', '', '', {
        context: 3,
      });
      const lines = hunks.flatMap((hunk) => hunk.lines);
      const status =
        before[path] === undefined ? 'added' : after[path] === undefined ? 'removed' : 'modified';
      return {
        filename: path,
        status,
        additions: lines.filter((line) => line.startsWith('+')).length,
        deletions: lines.filter((line) => line.startsWith('-')).length,
        patch: hunks.map((hunk) => [hunkHead(hunk), ...hunk.lines].join('\n')).join('\n'),
      };
    });
}

function treeOf(repos: StandInRepos, repo: StandInRepo, sha: string): StandInAnswer {
  const commit = repos.resolve(repo, sha);
  if (commit === undefined) return NOT_FOUND;
  const tree = Object.entries(commit.files).map(([path, text]) => ({ path, type: 'blob', sha: shaOf(text) }));
  return { status: 200, body: { sha, tree, truncated: false } };
}
