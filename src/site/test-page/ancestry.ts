/**
 * Whether a test compares what it means to (docs/spec/web-ui.md §4.6.3): how its two commits and the official master descend
 * from each other. The page shows what is kept, and what is not known is asked behind it.
 */
import type { GitHub } from '../../github/github.js';
import {
  type About,
  type AnswerTo,
  isSha,
  OFFICIAL_REPO,
  type QuestionKind,
  repoOfUrl,
} from '../../github/questions.js';
import type { RunHead } from '../../store/port.js';
import type { Visit } from '../visit.js';

/** Visitors who are not signed in make no questions about older tests. */
const RECENT_MS = 30 * 86_400_000;

/** `link`: where more can be seen. */
export interface AncestryWarning {
  readonly text: string;
  readonly link?: string;
}

interface Commits {
  readonly base: string;
  readonly test: string;
  readonly repo: string;
}

/** None while nothing is known. */
export async function ancestryWarnings(visit: Visit, head: RunHead): Promise<AncestryWarning[]> {
  const commits = commitsOf(visit, head);
  if (commits === undefined) return [];
  const { github } = visit.parts;
  const facts = new Facts(github);
  const warnings = await warningsOf(commits, (kind, about) => facts.known(kind, about));
  // The answers are kept for whoever looks next.
  if (facts.lacks && github.isOn)
    void warningsOf(commits, (kind, about) => github.ask(kind, about)).catch(() => {});
  return warnings;
}

function commitsOf({ account, now }: Visit, { args, last_updated: updated }: RunHead): Commits | undefined {
  const { spsa, master_repo: foreign, resolved_base: base, resolved_new: test, tests_repo: url } = args;
  const isAsked = account !== undefined || now - updated <= RECENT_MS;
  if (spsa !== undefined || foreign !== undefined || !isAsked || !isSha(base) || !isSha(test))
    return undefined;
  return { base, test, repo: repoOfUrl(url ?? '') ?? OFFICIAL_REPO };
}

type Answers = <Kind extends QuestionKind>(
  kind: Kind,
  about: About<Kind>,
) => Promise<AnswerTo<Kind> | undefined>;

/** Asks for no more than what decides. */
async function warningsOf({ base, test, repo }: Commits, answer: Answers): Promise<AncestryWarning[]> {
  if ((await answer('isInMaster', { sha: test })) !== false) return [];
  const isBaseInMaster = await answer('isInMaster', { sha: base });
  if (isBaseInMaster === undefined) return [];
  if (!isBaseInMaster) {
    const link = `https://github.com/${OFFICIAL_REPO}/compare/master...${repo.split('/', 1)[0]}:${base}`;
    return [{ text: 'the base is no ancestor of the official master', link }];
  }
  const common = await answer('mergeBase', { repo, base, head: test });
  if (common === undefined) return [];
  if (common !== base) return [{ text: 'the base is no ancestor of what is tested' }];
  const latest = await answer('mergeBase', { repo: OFFICIAL_REPO, base: 'master', head: test });
  if (latest === undefined || latest === base) return [];
  return [{ text: 'the base is not the latest commit that master and what is tested have in common' }];
}

class Facts {
  readonly #github: GitHub;
  /** Something is not known, or not any more. */
  lacks = false;

  constructor(github: GitHub) {
    this.#github = github;
  }

  async known<Kind extends QuestionKind>(
    kind: Kind,
    about: About<Kind>,
  ): Promise<AnswerTo<Kind> | undefined> {
    const [found] = await this.#github.known<Kind>([{ kind, about }]);
    if (found?.isFresh !== true) this.lacks = true;
    return found?.isFresh === true ? found.answer : undefined;
  }
}
