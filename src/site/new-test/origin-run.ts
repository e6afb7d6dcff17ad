/** A run that is submitted again (docs/spec/web-ui.md §5.4): its code comes from the store, never from the form. */
import type { RunArgs } from '../../model/documents.js';
import { isObjectId } from '../../model/object-id.js';
import { OFFICIAL_REPO } from '../../operations/run/new-run.js';
import { withRun } from '../../operations/worker/resolve-task.js';
import type { NewRunForm } from '../../protocol/admin.js';
import { countThreads } from '../../rules/game-time.js';
import { canonicalizeRepoUrl } from '../../rules/repo-url.js';
import { currentLines, tuneFormValues } from '../../rules/spsa-form.js';
import { readRun } from '../../rules/stored-run.js';
import { readTune } from '../../rules/stored-tune.js';
import { DEFAULT_BOOK, DEFAULT_BOOK_DEPTH, kindPlayedAs } from '../../rules/test-kinds.js';
import { readHead } from '../../state/run-document.js';
import type { RunHead } from '../../store/port.js';
import type { SiteParts } from '../visit.js';
import type { ProblemList } from './read-test-form.js';
import { type BoxField, newTestForm, TEXT_DEFAULTS, type TestForm, type TextField } from './test-form.js';

/** From memory, where a run is newer, or the store; undefined: there is none. */
export async function readOrigin(
  { state, reader, isPrimary }: SiteParts,
  id: string,
): Promise<RunHead | undefined> {
  if (!isObjectId(id)) return undefined;
  if (isPrimary) {
    const head = withRun({ state, mayBlock: true }, id, (slot) => readHead(state, slot));
    if (typeof head !== 'symbol') return readRun(head);
  }
  const stored = await reader.run(id);
  return stored === undefined ? undefined : readRun(stored);
}

/** The form that would make the run again. */
export function formOfRun({ args }: RunHead, nonce: string, startsFromCurrent: boolean): TestForm {
  const { tc, new_tc: newTc = tc, spsa } = args;
  const threads = countThreads(args.threads);
  // Bounds of another model are other numbers in this one.
  const sprt = args.sprt?.elo_model === 'normalized' ? args.sprt : undefined;
  const tune = tuneOf(args, startsFromCurrent);
  const kind = kindPlayedAs(tc, threads);
  const texts: Partial<Record<TextField, string>> = {
    nonce,
    ...codeOf(args),
    'test-type': kind ?? '',
    'new-options': args.new_options,
    'base-options': args.base_options,
    'run-info': args.info,
    stop_rule: args.sprt !== undefined ? 'sprt' : spsa !== undefined ? 'spsa' : 'games',
    ...(args.sprt === undefined && { 'num-games': String(args.num_games) }),
    ...(sprt !== undefined && { sprt_elo0: String(sprt.elo0), sprt_elo1: String(sprt.elo1) }),
    ...(tune !== undefined && {
      spsa_A: String(tune.A),
      spsa_alpha: String(tune.alpha),
      spsa_gamma: String(tune.gamma),
      spsa_raw_params: tune.raw_params,
    }),
    threads: String(threads),
    tc,
    new_tc: newTc,
    priority: String(args.priority ?? 0),
    throughput: String(args.throughput ?? TEXT_DEFAULTS.throughput),
    book: args.book ?? DEFAULT_BOOK,
    'book-depth': args.book_depth ?? DEFAULT_BOOK_DEPTH,
    'arch-filter': args.arch_filter ?? '',
    ...(args.compiler !== undefined && { compiler: args.compiler }),
  };
  const boxes: [BoxField, boolean][] = [
    ['odds', newTc !== tc],
    ['checkbox-arch-filter', args.arch_filter !== undefined],
    ['checkbox-compiler', args.compiler !== undefined],
    ['adjudication', args.adjudication === false],
    ['auto-purge', args.auto_purge],
  ];
  return newTestForm(
    texts,
    boxes.filter(([, isTicked]) => isTicked).map(([name]) => name),
  );
}

/** The members that say which code is played, as the stored run has them; what was sent in their place must be the same. */
export function withOrigin(
  run: NewRunForm,
  form: TestForm,
  origin: RunHead,
  problems: ProblemList,
): NewRunForm {
  const { args } = origin;
  for (const [name, stored] of Object.entries(codeOf(args)) as [keyof ReturnType<typeof codeOf>, string][]) {
    const sent = form.texts[name].trim();
    const isSame = name === 'tests-repo' ? canonicalizeRepoUrl(sent) === stored : sent === stored.trim();
    if (sent !== '' && !isSame) {
      problems.add(name, `A test that is submitted again keeps its code: this was “${stored}”.`);
    }
  }
  return {
    ...run,
    new_tag: args.new_tag,
    base_tag: args.base_tag,
    resolved_new: args.resolved_new,
    resolved_base: args.resolved_base,
    msg_new: args.msg_new ?? '',
    msg_base: args.msg_base ?? '',
    new_nets: netsOf(args, 'new'),
    base_nets: netsOf(args, 'base'),
    new_signature: args.new_signature,
    base_signature: args.base_signature,
    tests_repo: repositoryOf(args),
    ...(args.master_repo !== undefined && { master_repo: args.master_repo }),
    rescheduled_from: origin._id,
  };
}

function codeOf(args: RunArgs) {
  return {
    'tests-repo': repositoryOf(args),
    'test-branch': args.new_tag,
    'base-branch': args.base_tag,
    'test-signature': args.new_signature,
    'base-signature': args.base_signature,
  };
}

function repositoryOf({ tests_repo: repository }: RunArgs): string {
  return repository ? canonicalizeRepoUrl(repository) : OFFICIAL_REPO;
}

/** Documents of some years ago have one network in a member of its own (docs/spec/data-model.md §2.7). */
export function netsOf(args: RunArgs, side: 'new' | 'base'): string[] {
  const nets = args[`${side}_nets`] as string[] | undefined;
  const one = (args as unknown as Record<string, unknown>)[`${side}_net`];
  return nets ?? (typeof one === 'string' && one !== '' ? [one] : []);
}

function tuneOf({ spsa, num_games: games }: RunArgs, startsFromCurrent: boolean) {
  if (spsa === undefined) return undefined;
  let values: ReturnType<typeof tuneFormValues>;
  try {
    values = tuneFormValues(spsa, games);
  } catch (error) {
    // A tune by an algorithm that is no more: its lines can still be read.
    if (!(error instanceof RangeError)) throw error;
    values = { ...tuneFormValues(null, games), raw_params: spsa.raw_params };
  }
  if (!startsFromCurrent) return values;
  return { ...values, raw_params: currentLines(readTune(spsa, games)) };
}
