/**
 * What GitHub says of the code of a test (docs/spec/web-ui.md §5.2 rows 2, 3, 7, 11–13): all questions together take ten
 * seconds at most. Where it is away, an approver's commits typed by hand count.
 */
import { ASK_MS, type GitHub } from '../../github/github.js';
import { GitHubError } from '../../github/github-error.js';
import {
  type About,
  type AnswerTo,
  type Commit,
  OFFICIAL_REPO,
  type QuestionKind,
  repoOfUrl,
  urlOfRepo,
} from '../../github/questions.js';
import type { UserDocument } from '../../model/documents.js';
import type { NewRunForm } from '../../protocol/admin.js';
import { descriptionOfMessage } from '../../rules/commit-message.js';
import { LAST_RELEASE } from '../../rules/test-kinds.js';
import type { Visit } from '../visit.js';
import type { ProblemList } from './read-test-form.js';
import type { TestForm } from './test-form.js';
import { commitTyped, withTypedCommits } from './typed-commits.js';

/** Accounts that are older may test forks of other projects (docs/spec/web-ui.md §5.2 row 3). */
const FORKS_REFUSED_FROM = Date.UTC(2025, 6, 1);
const LEAST_MS = 250;

/** An answer, or why there is none. */
type Asked<T> = { readonly answer: T } | { readonly error: GitHubError };

/** One submission's questions, within one time. */
class Questions {
  readonly #github: GitHub;
  readonly #latest = performance.now() + ASK_MS;

  constructor(github: GitHub) {
    this.#github = github;
  }

  async ask<Kind extends QuestionKind>(kind: Kind, about: About<Kind>): Promise<Asked<AnswerTo<Kind>>> {
    const withinMs = Math.max(LEAST_MS, Math.round(this.#latest - performance.now()));
    try {
      return { answer: await this.#github.ask(kind, about, { withinMs, isSubmit: true }) };
    } catch (error) {
      if (error instanceof GitHubError) return { error };
      throw error;
    }
  }
}

export async function withAskedCommits(
  visit: Visit,
  run: NewRunForm,
  form: TestForm,
  problems: ProblemList,
): Promise<NewRunForm> {
  const repo = repoOfUrl(run.tests_repo ?? '');
  // Told by the check of the form.
  if (repo === undefined || problems.has('tests-repo')) return run;
  const questions = new Questions(visit.parts.github);
  const [repository, test, base, master] = await Promise.all([
    questions.ask('repository', { repo }),
    questions.ask('commit', { repo, ref: run.new_tag }),
    questions.ask('commit', { repo, ref: refOfBase(run.base_tag) }),
    run.base_tag === 'master' ? questions.ask('commits', { repo, branch: 'master' }) : undefined,
  ]);
  const isAway = [test, base].some((asked) => 'error' in asked && isUnknown(asked.error));
  if (isAway && mayTypeCommits(visit, form)) return withTypedCommits(run, form, problems);
  const changed: NewRunForm = { ...run };
  noteRepository(visit, changed, repository, problems);
  if ('error' in test) tell(test.error, 'test-branch', problems);
  else takeTestCommit(changed, test.answer, problems);
  if ('error' in base) tell(base.error, 'base-branch', problems);
  else Object.assign(changed, { resolved_base: base.answer.sha, msg_base: base.answer.title });
  if (master !== undefined && 'answer' in master) checkMasterBench(changed, master.answer, problems);
  if (!problems.isEmpty) return changed;
  return await withNets(questions, changed, problems);
}

function mayTypeCommits({ isApprover }: Visit, form: TestForm): boolean {
  return isApprover && commitTyped(form, 'test') !== '' && commitTyped(form, 'base') !== '';
}

/** Nothing is known of the commit: GitHub does not answer, or not us. */
function isUnknown({ isTemporary, reason }: GitHubError): boolean {
  return isTemporary || reason === 'off' || reason === 'refused' || reason === 'malformed';
}

/** The last release by its name is its commit. */
export function refOfBase(tag: string): string {
  return tag === LAST_RELEASE.label ? LAST_RELEASE.sha : tag;
}

function noteRepository(
  visit: Visit,
  run: NewRunForm,
  asked: Asked<AnswerTo<'repository'>>,
  problems: ProblemList,
): void {
  if ('error' in asked) {
    // Whether it is there, its commits tell as well; whose fork it is, nobody knows then.
    if (asked.error.reason === 'no-repository') tell(asked.error, 'tests-repo', problems);
    return;
  }
  const { repo, root } = asked.answer;
  run.tests_repo = urlOfRepo(repo);
  if (root === OFFICIAL_REPO) return;
  if (isNewAccount(visit.member)) {
    problems.add(
      'tests-repo',
      `This is no fork of ${urlOfRepo(OFFICIAL_REPO)} but of ${urlOfRepo(root)}: fork the official repository, and push your branches there.`,
    );
    return;
  }
  run.master_repo = urlOfRepo(root);
}

function isNewAccount({ registration_time: registered }: UserDocument): boolean {
  return registered >= FORKS_REFUSED_FROM;
}

function takeTestCommit(
  run: NewRunForm,
  { sha, title, message, bench }: Commit,
  problems: ProblemList,
): void {
  run.resolved_new = sha;
  run.msg_new = title;
  if (run.new_signature === '') {
    if (bench === undefined) {
      problems.add('test-signature', 'The commit names no signature (bench): type it here.');
    } else run.new_signature = bench;
  }
  if ((run.info ?? '') === '') run.info = descriptionOfMessage(message);
  if (run.spsa !== undefined) run.base_signature = run.new_signature;
}

/** Master has one signature; one of an older master is a slip. */
function checkMasterBench(run: NewRunForm, commits: readonly Commit[], problems: ProblemList): void {
  const bench = commits.find((commit) => commit.bench !== undefined)?.bench;
  if (bench === undefined || bench === run.base_signature || (run.base_signature ?? '') === '') return;
  problems.add(
    'base-signature',
    `Master of this repository has the signature ${bench}: update your fork, or correct the signature.`,
  );
}

async function withNets(questions: Questions, run: NewRunForm, problems: ProblemList): Promise<NewRunForm> {
  const repo = repoOfUrl(run.tests_repo ?? '')!;
  const [test, base] = await Promise.all([
    questions.ask('nets', { repo, sha: run.resolved_new }),
    questions.ask('nets', { repo, sha: run.resolved_base }),
  ]);
  if ('error' in test) tell(test.error, 'test-branch', problems);
  if ('error' in base) tell(base.error, 'base-branch', problems);
  if ('error' in test || 'error' in base) return run;
  return { ...run, new_nets: [...test.answer], base_nets: [...base.answer] };
}

/** What GitHub does not have is told at its field; that it is away, of the form, once. */
function tell(
  error: GitHubError,
  field: 'tests-repo' | 'test-branch' | 'base-branch',
  problems: ProblemList,
): void {
  if (isUnknown(error)) problems.add('form', error.message);
  else problems.add(error.reason === 'no-repository' ? 'tests-repo' : field, error.message);
}
