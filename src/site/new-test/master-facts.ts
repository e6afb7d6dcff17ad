/** The newest commits of the official master as far as they are known: the form never waits for them (docs/spec/web-ui.md §5.3). */
import type { GitHub } from '../../github/github.js';
import { OFFICIAL_REPO } from '../../github/questions.js';
import type { MasterFacts } from './test-form-view.js';

const MASTER = { repo: OFFICIAL_REPO, branch: 'master' } as const;

export async function masterFacts(github: GitHub): Promise<MasterFacts | undefined> {
  const [known] = await github.known([{ kind: 'commits', about: MASTER }]);
  // For the next look: what is known is shown with its age.
  if (github.isOn && known?.isFresh !== true) void github.ask('commits', MASTER).catch(() => {});
  const newest = known?.answer[0];
  const bench = known?.answer.find((commit) => commit.bench !== undefined)?.bench;
  if (known === undefined || newest === undefined || bench === undefined) return undefined;
  return { bench, title: newest.title, date: newest.date, at: known.at };
}
