/** The list of tests: what waits, what is played, what has ended. */
import { withRun } from '../../operations/worker/resolve-task.js';
import { resultBox } from '../../rules/result-box.js';
import { readHead } from '../../state/run-document.js';
import type { RunHead } from '../../store/port.js';
import { type Html, html, NOTHING } from '../html.js';
import { resultClass, shortDate, testKind, timeTag } from '../run-parts.js';
import type { Outcome, Visit } from '../visit.js';

const FINISHED = 25;
const TAG_LENGTH = 23;

export async function home(visit: Visit): Promise<Outcome> {
  const heads = await unfinishedHeads(visit);
  const finished = await visit.parts.reader.finishedRuns({ skip: 0, limit: FINISHED });
  const active = heads.filter((head) => head.workers > 0);
  const waiting = heads.filter((head) => head.workers === 0);
  const cores = active.reduce((sum, head) => sum + head.cores, 0);
  const body = html`<div class="page-head"><h1>Tests</h1>
<p class="note">${active.length} active with ${cores} cores · ${waiting.length} waiting</p></div>
${panel('pending', 'Pending approval', waiting.filter((head) => !head.approved).sort(byUrgency))}
${panel('paused', 'Paused', waiting.filter((head) => head.approved).sort(byUrgency))}
${panel('active', 'Active', active.sort(byProgress))}
${panel('finished', 'Finished', finished)}`;
  return { kind: 'page', title: 'Tests', description: `${active.length} tests with ${cores} cores`, body };
}

async function unfinishedHeads({ parts }: Visit): Promise<RunHead[]> {
  const { state, reader, isPrimary } = parts;
  const heads: RunHead[] = [];
  if (isPrimary) {
    for (const slot of state.runs.unfinished()) {
      withRun({ state, mayBlock: true }, state.runs.id(slot), (locked) =>
        heads.push(readHead(state, locked)),
      );
    }
  } else {
    for await (const head of reader.unfinishedRuns()) heads.push(head);
  }
  return heads.filter((head) => !head.finished);
}

function byUrgency(a: RunHead, b: RunHead): number {
  return a.args.priority - b.args.priority || a.args.itp - b.args.itp || (a._id < b._id ? -1 : 1);
}

/** Tests nearest to their end first: SPRT by LLR, then games, tunes last. */
function byProgress(a: RunHead, b: RunHead): number {
  const rank = ({ args, results }: RunHead) => [
    args.sprt === undefined ? 0 : 1,
    args.sprt?.llr ?? 0,
    args.spsa === undefined ? 1 : 0,
    results.wins + results.losses + results.draws,
  ];
  const [left, right] = [rank(a), rank(b)];
  const differing = left.findIndex((value, i) => value !== right[i]);
  return differing < 0 ? (a._id < b._id ? -1 : 1) : right[differing]! - left[differing]!;
}

function panel(id: string, title: string, heads: readonly RunHead[]): Html {
  return html`<section class="card" id="${id}" aria-labelledby="${id}-title">
<div class="head"><h2 id="${id}-title">${title}</h2><span class="note">${heads.length} ${heads.length === 1 ? 'test' : 'tests'}</span></div>
${heads.length === 0 ? html`<p class="empty">None at the moment.</p>` : table(title, heads)}
</section>`;
}

function table(title: string, heads: readonly RunHead[]): Html {
  return html`<div class="scroll"><table class="runs">
<caption class="hidden">${title}</caption>
<thead><tr><th scope="col">Date</th><th scope="col">User</th><th scope="col">Branch</th><th scope="col">Result</th><th scope="col">Test</th><th scope="col">Info</th></tr></thead>
<tbody>${heads.map(row)}</tbody>
</table></div>`;
}

function row(head: RunHead): Html {
  const { args } = head;
  const box = resultBox(head);
  return html`<tr>
<td class="date">${timeTag(head.start_time, shortDate(head.start_time))}</td>
<td class="user">${args.username}</td>
<td class="branch"><a href="/tests/view/${head._id}">${args.new_tag.slice(0, TAG_LENGTH)}</a></td>
<td class="result"><pre class="box ${resultClass(box.style)}">${box.info.join('\n')}</pre></td>
<td class="kind">${testKind(args)}${head.cores > 0 ? html`<br><span class="note">cores: ${head.cores} (${head.workers})</span>` : NOTHING}</td>
<td class="info">${args.info}</td>
</tr>`;
}
