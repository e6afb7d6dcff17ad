/** How many of all cores a test has now, and what that follows from (docs/spec/web-ui.md §9, wish 13; docs/spec/scheduling.md §2.3, §7.3). */
import { countGames } from '../../rules/crash-or-time.js';
import { formatShown } from '../../rules/format-number.js';
import { type ThroughputFactors, throughputFactors } from '../../rules/throughput.js';
import type { RunHead } from '../../store/port.js';
import { type Html, html, NOTHING } from '../html.js';
import { unfinishedRuns } from '../lists/unfinished-runs.js';
import { formatCount } from '../run-parts.js';
import type { SiteParts } from '../visit.js';

/** Nothing on a secondary: its list of runs comes from the store, and is not that of now. */
export async function shareCard(parts: SiteParts, head: RunHead): Promise<Html | ''> {
  if (head.finished || !parts.isPrimary) return NOTHING;
  return html`<section class="card plain" id="share" aria-labelledby="share-title">${await sharePart(parts, head)}</section>`;
}

/** What stands in the card, the same for everybody. */
export async function sharePart(parts: SiteParts, head: RunHead): Promise<Html> {
  const all = await unfinishedRuns(parts);
  const cores = all.reduce((sum, run) => sum + run.cores, 0);
  return html`<h2 id="share-title" class="hidden">Share of cores</h2>
<dl class="facts"><dt>Share of cores</dt><dd>${formatCount(head.cores)} of ${formatCount(cores)}${cores > 0 ? `, ${percent(head.cores / cores)}` : NOTHING}</dd></dl>
<details class="why" id="share-why"><summary>Why</summary><ul>${reasons(head, all).map((text) => html`<li>${text}</li>`)}</ul></details>`;
}

/** In sentences; the weights of runs are as the scheduler last computed them. */
export function reasons(head: RunHead, all: readonly RunHead[]): string[] {
  const { args, approved } = head;
  const priority = args.priority ?? 0;
  const rivals = all.filter((run) => run.approved);
  const before = rivals.filter((run) => (run.args.priority ?? 0) > priority).length;
  const equals = rivals.filter((run) => (run.args.priority ?? 0) === priority);
  const total = equals.reduce((sum, run) => sum + weightOf(run), 0);
  const own = weightOf(head);
  const active = all.filter((run) => run.workers > 0 && run.args.username === args.username).length;
  const factors = factorsOf(head, active);
  return [
    ...(approved ? [] : ['It waits for approval: until then it gets no workers.']),
    `Priority ${priority}: ${before === 0 ? 'no test goes' : before === 1 ? '1 test goes' : `${before} tests go`} before it.`,
    ...(approved && total > 0
      ? [
          `Its weight is ${formatShown(own, 1)} of the ${formatShown(total, 1)} of all tests with that priority: ${percent(own / total)} of the cores that they get are its due.`,
        ]
      : []),
    ...(factors === undefined
      ? [`Its time control ${args.tc} cannot be read: it gets no workers.`]
      : factorTexts(head, factors, active)),
  ];
}

function factorTexts(
  { args }: RunHead,
  { asked, timeControl, owner, progress }: ThroughputFactors,
  active: number,
): string[] {
  const times = (factor: number) => `× ${formatShown(factor, 2)}`;
  const isLong = timeControl > 1 ? 'longer games weigh more' : 'the standard, or shorter';
  const tests = active === 1 ? '1 active test' : `${active} active tests`;
  return [
    `Throughput asked for: ${formatShown(asked, 0)}.`,
    `Time control ${args.tc} with ${args.threads ?? 1} ${args.threads === undefined || args.threads === 1 ? 'thread' : 'threads'}: ${times(timeControl)}, ${isLong}.`,
    `${args.username} has ${tests}: ${times(owner)}, so that one person’s tests share.`,
    `Games played${args.sprt === undefined ? '' : ' and LLR'}: ${times(progress)}.`,
  ];
}

function factorsOf({ args, results }: RunHead, activeRunsOfOwner: number): ThroughputFactors | undefined {
  try {
    return throughputFactors({
      throughput: args.throughput ?? 100,
      tc: args.tc,
      threads: args.threads ?? 1,
      activeRunsOfOwner,
      games: countGames(results),
      sprt: args.sprt,
    });
  } catch {
    return undefined;
  }
}

function weightOf({ args }: RunHead): number {
  const weight = args.itp ?? 0;
  return Number.isFinite(weight) && weight > 0 ? weight : 0;
}

function percent(share: number): string {
  return `${formatShown(100 * share, 1)} %`;
}
