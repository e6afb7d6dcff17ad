/** Runs as rows of a table: the same in every list (docs/spec/web-ui.md §4.2). Documents may be as old as fishtest. */
import { mayChange } from '../../operations/actor.js';
import { tcRatio } from '../../rules/game-time.js';
import { resultBox } from '../../rules/result-box.js';
import type { RunHead } from '../../store/port.js';
import { type Html, html, inOnePiece, NOTHING } from '../html.js';
import { tokenField } from '../layout.js';
import { remembered } from '../remembered.js';
import { resultClass, shortDate, testKind, timeTag } from '../run-parts.js';
import type { Visit } from '../visit.js';
import { compareUrl } from './compare-url.js';
import { followButton } from './follow-button.js';
import { shortInfo, visibleText } from './info-text.js';

const TAG_LENGTH = 23;
const OWNER_LENGTH = 3;
const LTC_RATIO = 4;
/** A row around what is the viewer's own in it. */
interface RowParts {
  readonly beforeTick: Html;
  readonly beforeDelete: Html;
  readonly end: Html;
}

export type RunState = 'pending' | 'paused' | 'active' | 'failed' | 'finished';

export function runState({ finished, failed, workers, approved }: RunHead): RunState {
  if (finished) return failed ? 'failed' : 'finished';
  if ((workers ?? 0) > 0) return 'active';
  return approved ? 'paused' : 'pending';
}

/** What the colour of a result says, as a word. */
export function resultWord(head: RunHead, style: string): string {
  const state = runState(head);
  if (state === 'active') return 'running';
  if (state !== 'finished') return state;
  const colour = resultClass(style);
  if (colour === 'green' || colour === 'blue') return 'accepted';
  if (colour === 'red' || colour === 'yellow') return 'rejected';
  const { wins, losses, draws } = head.results;
  return wins + losses + draws < head.args.num_games ? 'stopped' : 'finished';
}

export function resultWordOf(head: RunHead): string {
  return resultWord(head, boxOf(head).style);
}

export interface RunTable {
  readonly title: string;
  readonly heads: readonly RunHead[];
  /** Rows of runs that can be deleted where they are listed. */
  readonly hasDelete?: boolean;
  /** The form by which an approver approves the rows that are ticked. */
  readonly approveForm?: string | undefined;
}

export function runTable(visit: Visit, { title, heads, hasDelete = false, approveForm }: RunTable): Html {
  const hasOwn = hasDelete || approveForm !== undefined;
  const rows = hasOwn
    ? heads.map((head) => runRow(visit, head, { hasDelete, approveForm }))
    : commonRows(heads);
  return html`<div class="scroll"><table class="runs">
<caption class="hidden">${title}</caption>
<thead><tr><th scope="col">Date</th><th scope="col">User</th><th scope="col">Branch</th><th scope="col">Result</th><th scope="col">Test</th><th scope="col">Info</th></tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
}

function runRow(
  visit: Visit,
  head: RunHead,
  { hasDelete = false, approveForm }: Pick<RunTable, 'hasDelete' | 'approveForm'>,
): Html {
  const { beforeTick, beforeDelete, end } = head.finished ? rowParts(head, hasDelete) : keptParts(head);
  const tick = approveForm === undefined ? NOTHING : approveTick(visit, head, approveForm);
  return html`${beforeTick}${tick}${beforeDelete}${hasDelete ? deleteForm(visit, head) : NOTHING}${end}`;
}

/** Rows without anything of the viewer's own. */
const commonRows = remembered((heads: readonly RunHead[]): Html => {
  const rows = heads.map((head) => {
    const { beforeTick, beforeDelete, end } = head.finished ? rowParts(head, false) : keptParts(head);
    return html`${beforeTick}${beforeDelete}${end}`;
  });
  return inOnePiece(html`${rows}`);
});

/** Of a run that goes on: lists keep the document for a moment. */
const keptParts = remembered((head: RunHead): RowParts => {
  const { beforeTick, beforeDelete, end } = rowParts(head, false);
  return {
    beforeTick: inOnePiece(beforeTick),
    beforeDelete: inOnePiece(beforeDelete),
    end: inOnePiece(end),
  };
});

/** @param isNameless of a run's two rows on a page, the one that can be deleted there has no name */
function rowParts(head: RunHead, isNameless: boolean): RowParts {
  const { args } = head;
  const username = args.username ?? '';
  const isSprt = args.sprt !== undefined;
  const gauges = gaugesOf(head);
  const difference = compareUrl(args);
  // A test may be among the failed and among the finished: what changes no more needs no name.
  const named = (part: string) => (head.finished ? NOTHING : html` id="${part}-${head._id}"`);
  const kind = testKind(args);
  const isLong = !head.finished && isSprt && ratioOf(head) > LTC_RATIO;
  const beforeTick = html`<tr${isNameless ? NOTHING : html` id="run-${head._id}"`}>
<td class="date">${timeTag(head.start_time, shortDate(head.start_time))}</td>
<td class="user"><a href="/tests/user/${encodeURIComponent(username)}" title="${username}">${username.slice(0, OWNER_LENGTH)}<span class="hidden">: tests of ${username}</span></a></td>
<td class="branch">`;
  const beforeDelete = html`<a href="/tests/view/${head._id}">${visibleText([...(args.new_tag ?? '')].slice(0, TAG_LENGTH).join(''))}</a>${
    difference === undefined
      ? NOTHING
      : html` <a class="diff" href="${difference}" rel="noopener noreferrer">diff<span class="hidden"> of ${args.new_tag}</span></a>`
  }</td>
<td class="result"${named('box')}>${resultPart(head)}</td>
<td class="kind">${isSprt ? html`<a href="${gauges}" target="_blank" rel="noopener"${isLong ? html` class="long-tc"` : NOTHING}>${kind}</a>` : kind}${
    isLong ? html` <span class="pill">LTC</span>` : NOTHING
  }<br><span class="note"${named('now')}>${statePart(head)}</span>${followButton(head)}`;
  const end = html`</td>
<td class="info">${shortInfo(args.info ?? '')}</td>
</tr>`;
  return { beforeTick, beforeDelete, end };
}

/** The box of a row, the same for everybody. */
export function resultPart(head: RunHead): Html {
  const box = boxOf(head);
  const text = html`<pre class="box ${resultClass(box.style)}${hasTimeOdds(head) ? ' odds' : ''}">${box.info.join('\n')}</pre>`;
  return head.args.sprt === undefined ? text : html`<a class="boxed" href="${gaugesOf(head)}">${text}</a>`;
}

function gaugesOf({ _id }: RunHead): string {
  return `/tests/live_elo/${_id}`;
}

/** How a row's test does, in words, the same for everybody. */
export function statePart(head: RunHead): Html {
  const word = resultWordOf(head);
  return word === 'running'
    ? html`running · cores: ${head.cores} (${head.workers})`
    : html`${word}${hasTimeOdds(head) ? ' · time odds' : NOTHING}`;
}

/** Each row asks several times. An old document may lack what its box is made of. */
const boxOf = remembered(({ args, results }: RunHead): ReturnType<typeof resultBox> => {
  const none = { wins: 0, losses: 0, draws: 0, crashes: 0, time_losses: 0 };
  return resultBox({ args, results: results ?? none });
});

function hasTimeOdds({ args }: RunHead): boolean {
  return args.new_tc !== undefined && args.new_tc !== args.tc;
}

/** 0 for a time control that cannot be read. */
export function ratioOf({ args }: RunHead): number {
  try {
    return tcRatio(args.tc, args.threads ?? 1);
  } catch {
    return 0;
  }
}

/** Nobody approves their own. */
function approveTick({ account }: Visit, { _id, args }: RunHead, form: string): Html | '' {
  if (args.username === account?.username) return NOTHING;
  return html`<input type="checkbox" class="tick" id="tick-${_id}" name="run-id" value="${_id}" form="${form}" aria-label="Approve ${args.new_tag}"> `;
}

function deleteForm(visit: Visit, { _id, args }: RunHead): Html | '' {
  const { account, isApprover, session } = visit;
  if (account === undefined || !mayChange(actor(account.username, isApprover), args.username)) return NOTHING;
  return html`<form method="post" action="/tests/delete" data-confirm="Delete the test ${args.new_tag}? Its page stays, but it leaves all lists.">${tokenField(session.requireToken())}<input type="hidden" name="run-id" value="${_id}"><button type="submit" class="quiet small">Delete<span class="hidden"> ${args.new_tag}</span></button></form>`;
}

function actor(name: string, isApprover: boolean) {
  return { kind: 'account', name, isApprover } as const;
}
