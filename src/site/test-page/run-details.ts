/** Everything that a test was submitted with, in one order (docs/spec/web-ui.md §4.6.2). */
import type { RunArgs } from '../../model/documents.js';
import { knownWorkerArchs } from '../../protocol/configured-names.js';
import { matchArchs } from '../../rules/arch-filter.js';
import { formatShown } from '../../rules/format-number.js';
import { tuneTable } from '../../rules/spsa-view.js';
import { readTune } from '../../rules/stored-tune.js';
import type { RunHead } from '../../store/port.js';
import { repositoryProblem } from '../account-rules.js';
import { type Html, html, NOTHING } from '../html.js';
import { testRepository } from '../lists/compare-url.js';
import { infoText, visibleText } from '../lists/info-text.js';
import { netsOf } from '../new-test/origin-run.js';
import type { Visit } from '../visit.js';

const TITLE_LENGTH = 50;
const SHORT_SHA = 10;
const SHA = /^[0-9a-f]{40}$/;

type Row = readonly [name: string, value: Html | string | undefined];

export function detailsTable(visit: Visit, head: RunHead): Html {
  const { args } = head;
  const rows: readonly Row[] = [
    ['id', html`<code>${head._id}</code>`],
    ['rescheduled from', head.rescheduled_from === undefined ? undefined : testLink(head.rescheduled_from)],
    ...sideRows(args, 'new'),
    ...sideRows(args, 'base'),
    ['SPRT', args.sprt === undefined ? undefined : sprtText(args.sprt)],
    ['games', String(args.num_games)],
    ['SPSA', args.spsa === undefined ? undefined : tuneLine(head)],
    [args.new_tc === undefined || args.new_tc === args.tc ? 'time control' : 'base time control', args.tc],
    ['test time control', args.new_tc === args.tc ? undefined : args.new_tc],
    ['threads', String(args.threads ?? 1)],
    ['book', args.book],
    ['book depth', args.book_depth],
    ['auto-purge', args.auto_purge ? 'yes' : 'no'],
    ['priority', args.priority === undefined ? undefined : String(args.priority)],
    ['internal throughput', args.itp === undefined ? undefined : formatShown(args.itp, 2)],
    ['throughput', args.throughput === undefined ? undefined : `${args.throughput} %`],
    ['submitted by', submitter(visit, args.username)],
    ['repository', repositoryLink(testRepository(args))],
    ['official repository', args.master_repo === undefined ? undefined : repositoryLink(args.master_repo)],
    ['adjudication', args.adjudication === undefined ? undefined : args.adjudication ? 'yes' : 'no'],
    ['arch filter', args.arch_filter === undefined ? undefined : archFilter(args.arch_filter)],
    ['compiler', args.compiler],
    ['info', html`<div class="prose">${infoText(args.info ?? '')}</div>`],
    ['approved by', approver(visit, head)],
    ['statistics', statisticsLinks(head)],
    ['raw data', html`<a href="/api/get_run/${head._id}">as JSON</a>`],
  ];
  const shown = rows.filter(([, value]) => value !== undefined && value !== '');
  return html`<table class="details"><caption class="hidden">What the test was submitted with</caption>
<tbody>${shown.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>`;
}

function sideRows(args: RunArgs, side: 'new' | 'base'): Row[] {
  const name = side === 'new' ? 'test' : 'base';
  const sha = args[`resolved_${side}`];
  const url = commitUrl(testRepository(args), sha);
  const tag = visibleText(args[`${side}_tag`] ?? '');
  const title = visibleText([...(args[`msg_${side}`] ?? '')].slice(0, TITLE_LENGTH).join(''));
  const nets = netsOf(args, side);
  return [
    [
      `${name} branch`,
      html`${url === undefined ? tag : link(url, tag)}${title === '' ? NOTHING : html` <span class="note">${title}</span>`}`,
    ],
    [`${name} signature (bench)`, args[`${side}_signature`]],
    [`${name} options`, args[`${side}_options`]],
    [`${name} commit`, sha === undefined ? undefined : html`<code>${sha.slice(0, SHORT_SHA)}</code>`],
    [
      nets.length > 1 ? `${name} networks` : `${name} network`,
      nets.length === 0
        ? undefined
        : html`${nets.map((net, i) => html`${i === 0 ? '' : ', '}<a href="/api/nn/${encodeURIComponent(net)}">${net}</a>`)}`,
    ],
  ];
}

function sprtText(sprt: NonNullable<RunArgs['sprt']>): string {
  const [elo0, alpha, elo1, beta] = [sprt.elo0, sprt.alpha, sprt.elo1, sprt.beta].map((x) =>
    formatShown(x, 2),
  );
  const state = sprt.state || '-';
  return `elo0: ${elo0} alpha: ${alpha} elo1: ${elo1} beta: ${beta} state: ${state} (${sprt.elo_model ?? 'BayesElo'})`;
}

function tuneLine({ args }: RunHead): Html {
  const [header] = tuneTable(readTune(args.spsa!, args.num_games));
  return html`${header} <a href="#tune">parameters</a>`;
}

function archFilter(pattern: string): Html {
  const archs = knownWorkerArchs();
  const found = matchArchs(pattern, archs);
  const matching = 'error' in found ? found.error : archs.filter((_, i) => found.matches[i]).join(', ');
  return html`<code>${visibleText(pattern)}</code> <span class="note">${matching || 'matches none'}</span>`;
}

function submitter({ isApprover }: Visit, username: string): Html {
  const name = encodeURIComponent(username);
  return html`<a href="/tests/user/${name}">${username}</a>${isApprover ? html` <a class="note" href="/user/${name}">account</a>` : NOTHING}`;
}

function approver({ isApprover }: Visit, { approved, approver: name }: RunHead): Html | string {
  if (!approved || name === '') return 'nobody yet';
  return isApprover ? html`<a href="/user/${encodeURIComponent(name)}">${name}</a>` : name;
}

/** A tune has neither. */
function statisticsLinks({ _id, args }: RunHead): Html | undefined {
  if (args.spsa !== undefined) return undefined;
  return html`<a href="/tests/stats/${_id}">raw statistics</a>, <a href="/tests/live_elo/${_id}">live Elo</a>`;
}

function testLink(id: string): Html {
  return html`<a href="/tests/view/${id}"><code>${id}</code></a>`;
}

/** An address becomes a link only in the form in which accounts may have it. */
function repositoryLink(repository: string): Html | string {
  return repositoryProblem(repository) === undefined && repository !== ''
    ? link(repository, repository)
    : repository;
}

/** The branch under test, linked to its commit. */
export function commitLink(args: RunArgs): Html | string {
  const url = commitUrl(testRepository(args), args.resolved_new);
  const tag = visibleText(args.new_tag ?? '');
  return url === undefined ? tag : link(url, tag);
}

function commitUrl(repository: string, sha: string | undefined): string | undefined {
  const isCommit = sha !== undefined && SHA.test(sha) && repositoryProblem(repository) === undefined;
  return isCommit && repository !== '' ? `${repository}/commit/${sha}` : undefined;
}

function link(url: string, text: string): Html {
  return html`<a href="${url}" rel="noopener noreferrer nofollow">${text}</a>`;
}
