/** How a run looks to a person: one line of a list, a short note after a change, and the full account. */

import type { Results } from '../../model/documents.js';
import type { AdminAnswer, RunDetail, RunSummary, SprtView } from '../../protocol/admin.js';
import { formatShown } from '../../rules/format-number.js';
import { facts, instant, plain, table } from '../print.js';
import { workerTable } from './worker-commands.js';

/** @param isFiltered not all runs were asked for */
export function describeRuns({ runs }: AdminAnswer<'runList'>, isFiltered: boolean): string {
  return table<RunSummary>(
    [
      { title: 'ID', text: (run) => run.id },
      { title: 'STATE', text: shortState },
      { title: 'OWNER', text: (run) => plain(run.username, 16) },
      { title: 'BRANCH', text: (run) => plain(run.new_tag, 24) },
      { title: 'TC', text: (run) => `${run.tc} th ${run.threads}` },
      { title: 'PRIO', right: true, text: (run) => run.priority },
      { title: 'GAMES', right: true, text: (run) => run.games },
      { title: 'CORES', right: true, text: (run) => run.cores },
      { title: 'RESULT', text: progress },
    ],
    runs,
    isFiltered ? 'no such runs' : 'no runs: make one with "shoal run add", or on the pages',
  );
}

/** What a change of a run is answered with. */
export function describeSummary(run: RunSummary): string {
  return `${run.id} ${plain(run.new_tag)} by ${plain(run.username)}: ${shortState(run)}, ${progress(run)}`;
}

export function describeRun({ run }: AdminAnswer<'runShow'>): string {
  const { tasks } = run;
  const account = facts([
    ['run', run.id],
    ['state', shortState(run) + (run.approved ? `, approved by ${run.approver}` : ', not approved')],
    ['branches', `${run.new_tag} against ${run.base_tag}`],
    ['commits', `${run.args.resolved_new.slice(0, 10)} against ${run.args.resolved_base.slice(0, 10)}`],
    ['owner', run.username],
    ['info', run.info],
    ['time control', `${run.tc}, ${run.threads} ${run.threads === 1 ? 'thread' : 'threads'}`],
    ['options', `${run.args.new_options} against ${run.args.base_options}`],
    ['book', `${run.args.book}, depth ${run.args.book_depth}`],
    ['priority', `${run.priority}, throughput ${run.throughput}`],
    ['started', `${instant(run.start_time)} UTC, last result ${instant(run.last_updated)} UTC`],
    ['games', `${run.games} of ${run.num_games}, ${run.games_per_minute.toFixed(1)} each minute`],
    ['result', wld(run.results)],
    ['pentanomial', run.results.pentanomial?.join(' ') ?? ''],
    ['faults', `${run.results.crashes} crashes, ${run.results.time_losses} time losses`],
    ['LLR', run.sprt === undefined ? '' : llr(run.sprt)],
    ['SPSA', run.spsa === undefined ? '' : `${run.spsa.iter} of ${run.spsa.num_iter} game pairs`],
    ['Elo', elo(run)],
    ['tasks', `${tasks.total}, ${tasks.active} active, ${tasks.bad} bad`],
    ['fleet', `${run.workers} workers, ${run.cores} cores, ${(run.nps / 1e6).toFixed(1)} Mnps`],
  ]);
  return run.active_workers.length === 0
    ? account
    : `${account}\n\n${workerTable(run.active_workers, false)}`;
}

function shortState(run: RunSummary): string {
  if (run.deleted) return 'deleted';
  const colour = run.is_green ? ' (green)' : run.is_yellow ? ' (yellow)' : '';
  return run.state + colour;
}

function progress(run: RunSummary): string {
  if (run.sprt !== undefined) return `LLR ${llr(run.sprt)}`;
  if (run.spsa !== undefined) return `SPSA ${run.spsa.iter}/${run.spsa.num_iter}`;
  return `${wld(run.results)} (${run.games}/${run.num_games})`;
}

function wld({ wins, losses, draws }: Results): string {
  return `W ${wins} L ${losses} D ${draws}`;
}

function llr(sprt: SprtView): string {
  const model = sprt.elo_model === 'normalized' ? '' : ` ${sprt.elo_model}`;
  const [low, high] = [formatShown(sprt.lower_bound, 2), formatShown(sprt.upper_bound, 2)];
  const state = sprt.state === '' ? '' : ` ${sprt.state}`;
  if (sprt.undecidable) return `undecidable: no LLR exists for the bounds ${sprt.elo0}, ${sprt.elo1}${model}`;
  return `${formatShown(sprt.llr, 2)} [${low}, ${high}] <${sprt.elo0}, ${sprt.elo1}>${model}${state}`;
}

function elo({ elo: estimate }: RunDetail): string {
  if (estimate === undefined) return '';
  const { elo, low, high, los } = estimate;
  return `${formatShown(elo, 2)} [${formatShown(low, 2)}, ${formatShown(high, 2)}], LOS ${(100 * los).toFixed(1)} %`;
}
