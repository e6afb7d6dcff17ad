/** Where GitHub shows what a test changes (docs/spec/ui.md §5). No list asks GitHub for it. */
import type { RunArgs } from '../../model/documents.js';
import { repositoryProblem } from '../account-rules.js';

const OFFICIAL = 'https://github.com/official-stockfish/Stockfish';
const SHOWN = 10;

/** Old documents say nothing where it is the official one (docs/spec/data-model.md §2.7). */
export function testRepository({ tests_repo: repository }: Partial<RunArgs>): string {
  return (repository || OFFICIAL).replace(/\/$/, '');
}

/** Undefined where the addresses stored are none of GitHub's: a link leads to what was checked, or there is none. */
export function compareUrl(args: Partial<RunArgs>): string | undefined {
  const repository = testRepository(args);
  const { resolved_base: base, resolved_new: changed } = args;
  if (repositoryProblem(repository) !== undefined || !isSha(base) || !isSha(changed)) return undefined;
  // A tune has one engine: what differs is what its branch has beside the official one.
  const from = args.spsa === undefined ? base.slice(0, SHOWN) : 'official-stockfish:master';
  return `${repository}/compare/${from}...${changed.slice(0, SHOWN)}`;
}

function isSha(text: string | undefined): text is string {
  return text !== undefined && /^[0-9a-f]{40}$/.test(text);
}
