/**
 * Makes the document of a new run from what its author says (docs/spec/data-model.md §2.6, docs/spec/scheduling.md §4.10). GitHub is not
 * asked: commits, signatures and networks are part of the form. Whether the owner, the networks and the book exist is the
 * caller's to check, since it takes the store.
 */

import type { Results, RunArgs, RunDocument } from '../../model/documents.js';
import { isObjectId } from '../../model/object-id.js';
import type { NewRunForm } from '../../protocol/admin.js';
import { tcBase } from '../../rules/game-time.js';
import { canonicalizeRepoUrl } from '../../rules/repo-url.js';
import { DEFAULT_BOOK, DEFAULT_BOOK_DEPTH } from '../../rules/test-kinds.js';
import { type Fault, OperationRefused } from '../refusal.js';
import { checkArgs, filled, quote } from './check-run-args.js';
import { applyStopRule, checkStopRule, SPRT_GAMES } from './run-stop-rule.js';

/** Schema version of the run documents made here. */
const RUN_VERSION = 24;
export const OFFICIAL_REPO = 'https://github.com/official-stockfish/Stockfish';
const DEFAULT_ITP = 100;

/**
 * A run that waits for approval and has no tasks.
 * @param now milliseconds since the epoch
 * @param id 24 hex digits that no run has
 * @param others faults that the caller has found
 * @throws OperationRefused with every fault of the form
 */
export function buildRun(
  form: NewRunForm,
  now: number,
  id: string,
  others: readonly Fault[] = [],
): RunDocument {
  const args = withDefaults(form);
  const faults = [...checkStopRule(form), ...checkArgs(args), ...checkOrigin(form, id), ...others];
  if (faults.length > 0) {
    const texts = faults.map(({ text }) => text);
    throw new OperationRefused('invalid', `the run is refused: ${texts.join('; ')}`, faults);
  }
  applyStopRule(args, form);
  return {
    _id: id,
    version: RUN_VERSION,
    start_time: now,
    last_updated: now,
    tc_base: tcBase(args.tc),
    ...(form.rescheduled_from === undefined ? {} : { rescheduled_from: form.rescheduled_from }),
    approved: false,
    approver: '',
    finished: false,
    deleted: false,
    failed: false,
    failures: 0,
    is_green: false,
    is_yellow: false,
    workers: 0,
    cores: 0,
    committed_games: 0,
    total_games: 0,
    results: noResults(),
    nps: 0,
    games_per_minute: 0,
    args,
    tasks: [],
    bad_tasks: [],
  };
}

/** What is wrong with the form as far as it goes: a page tells it before anything is asked of GitHub. */
export function newRunFaults(form: NewRunForm): Fault[] {
  return [...checkStopRule(form), ...checkArgs(withDefaults(form))];
}

function withDefaults(form: NewRunForm): RunArgs {
  const { sprt: _sprt, spsa, rescheduled_from: _from, arch_filter, compiler, master_repo, ...members } = form;
  const info = filled(form.info) ? form.info : (form.msg_new ?? '');
  const master = master_repo === undefined ? OFFICIAL_REPO : canonicalizeRepoUrl(master_repo);
  return {
    msg_base: '',
    msg_new: '',
    base_nets: [],
    new_nets: [],
    threads: 1,
    num_games: SPRT_GAMES,
    book: DEFAULT_BOOK,
    book_depth: DEFAULT_BOOK_DEPTH,
    priority: 0,
    throughput: 100,
    auto_purge: false,
    adjudication: true,
    base_options: form.new_options,
    new_tc: form.tc,
    ...members,
    info: info.trim(),
    base_signature: spsa === undefined ? (form.base_signature ?? '') : form.new_signature,
    tests_repo: canonicalizeRepoUrl(form.tests_repo ?? OFFICIAL_REPO),
    itp: DEFAULT_ITP,
    ...(master === OFFICIAL_REPO ? {} : { master_repo: master }),
    ...(filled(arch_filter) ? { arch_filter } : {}),
    ...(filled(compiler) ? { compiler } : {}),
  };
}

function checkOrigin({ rescheduled_from: from }: NewRunForm, id: string): Fault[] {
  const ids = from === undefined ? [id] : [id, from];
  return ids
    .filter((text) => !isObjectId(text))
    .map((text) => ({ member: 'rescheduled_from', text: `${quote(text)} is no run id: 24 hex digits` }));
}

function noResults(): Results {
  return { wins: 0, losses: 0, draws: 0, crashes: 0, time_losses: 0, pentanomial: [0, 0, 0, 0, 0] };
}
