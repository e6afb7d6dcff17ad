/** What is told of a branch while it is typed (docs/spec/web-ui.md §5.1): its commit, signature and networks, and tests of it. */
import { GitHubError } from '../../github/github-error.js';
import { type Commit, OFFICIAL_REPO, repoOfUrl, urlOfRepo } from '../../github/questions.js';
import { unknownNets } from '../../operations/network/unknown-nets.js';
import { type Html, html, NOTHING } from '../html.js';
import { unfinishedRuns } from '../lists/unfinished-runs.js';
import type { SiteParts } from '../visit.js';
import { refOfBase } from './asked-commits.js';

const CHECK_MS = 5_000;
const SHOWN_DIGITS = 10;
const OWN_FINISHED = 25;

export interface CheckedBranch {
  readonly repository: string;
  readonly branch: string;
  /** The branch of the other side; empty for the base's own check. */
  readonly base: string;
  readonly username: string;
}

export async function checkBranch(parts: SiteParts, asked: CheckedBranch): Promise<Html | ''> {
  const branch = asked.branch.trim();
  const repo = repoOfUrl(asked.repository.trim());
  if (branch === '' || repo === undefined) return NOTHING;
  try {
    const [commit, repository] = await Promise.all([
      parts.github.ask('commit', { repo, ref: refOfBase(branch) }, { withinMs: CHECK_MS }),
      parts.github.ask('repository', { repo }, { withinMs: CHECK_MS }).catch(() => undefined),
    ]);
    const [nets, history, twins] = await Promise.all([
      netsLine(parts, repo, commit.sha),
      asked.base === '' ? NOTHING : historyLine(parts, repo, asked.base, commit.sha),
      asked.base === '' ? [] : twinsOf(parts, commit.sha, asked.username),
    ]);
    return html`<ul><li class="good">${commitLine(repo, commit)}</li>
${benchLine(commit)}${nets}${history}
${repository === undefined || repository.root === OFFICIAL_REPO ? NOTHING : warning(html`a fork of ${repository.root}, not of the official repository`)}
${twins.map(({ id, state }) => warning(html`the same commit has a test that is ${state}: <a href="/tests/view/${id}">look</a>`))}</ul>`;
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    return html`<span class="${error.isTemporary ? 'note' : 'problem'}">${error.message}</span>`;
  }
}

function commitLine(repo: string, { sha, title }: Commit): Html {
  return html`<a href="${urlOfRepo(repo)}/commit/${sha}" rel="noopener noreferrer"><code>${sha.slice(0, SHOWN_DIGITS)}</code></a> ${title}`;
}

function benchLine({ bench }: Commit): Html {
  return bench === undefined
    ? warning('its message names no signature (bench)')
    : html`<li class="note">bench <code>${bench}</code></li>`;
}

async function netsLine({ github, reader }: SiteParts, repo: string, sha: string): Promise<Html | ''> {
  const nets = await github.ask('nets', { repo, sha }, { withinMs: CHECK_MS }).catch(() => undefined);
  if (nets === undefined || nets.length === 0) return NOTHING;
  const missing = await unknownNets(reader, nets);
  if (missing.length === 0) return html`<li class="note">networks known: ${nets.join(', ')}</li>`;
  return warning(
    html`networks that are not known here: ${missing.join(', ')} – <a href="/upload">upload</a>`,
  );
}

async function historyLine(
  { github }: SiteParts,
  repo: string,
  base: string,
  head: string,
): Promise<Html | ''> {
  try {
    const { sha } = await github.ask('commit', { repo, ref: refOfBase(base) }, { withinMs: CHECK_MS });
    if (sha === head) return warning('it is the same as the base');
    const common = await github.ask('mergeBase', { repo, base: sha, head }, { withinMs: CHECK_MS });
    if (common === sha) return html`<li class="note">the base is an ancestor of it</li>`;
    return warning(
      common === null ? 'it has no commit in common with the base' : 'the base is no ancestor of it',
    );
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    return NOTHING;
  }
}

/** Tests of the commit that are unfinished, or among the newest finished ones of whoever types. */
async function twinsOf(
  parts: SiteParts,
  sha: string,
  username: string,
): Promise<{ id: string; state: string }[]> {
  const own = await parts.reader.finishedRuns({ username, skip: 0, limit: OWN_FINISHED });
  const all = [
    ...(await unfinishedRuns(parts)).map((run) => ({ run, state: 'unfinished' })),
    ...own.map((run) => ({ run, state: 'finished' })),
  ];
  return all
    .filter(({ run }) => run.args.resolved_new === sha)
    .slice(0, 3)
    .map(({ run, state }) => ({ id: run._id, state }));
}

function warning(text: Html | string): Html {
  return html`<li class="unusual">${text}</li>`;
}
