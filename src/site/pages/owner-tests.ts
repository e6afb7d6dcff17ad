/** The tests of one owner (docs/spec/web-ui.md §4.5). */
import type { RunHead } from '../../store/port.js';
import { html, NOTHING } from '../html.js';
import { endedSince } from '../lists/ended-since.js';
import { askedFlag, finishedFilter, finishedPage } from '../lists/finished-list.js';
import { addressOf } from '../lists/paging.js';
import { askedPanel, type PanelPlace, turnedPanel } from '../lists/panels.js';
import { RUN_PANELS, type RunPanel, runPanel } from '../lists/run-panels.js';
import { addFinished, csvUrl, isCsvAsked, RunsCsv } from '../lists/runs-csv.js';
import { unfinishedRuns } from '../lists/unfinished-runs.js';
import { workerWarnings } from '../lists/worker-warnings.js';
import { homeStamp } from '../live/home-topic.js';
import { stampTag } from '../live/stamp.js';
import { type Outcome, redirect, type Visit } from '../visit.js';

const POLL_S = 20;

export async function ownerTests(visit: Visit): Promise<Outcome> {
  const { parts, params, query, account, isApprover, wantsFragment } = visit;
  const username = params['name']!;
  const path = `/tests/user/${encodeURIComponent(username)}`;
  const isLive = query.get('live') === 'run_tables';
  if (isLive && !wantsFragment) return redirect(path);
  const isOwn = account?.username === username;
  const place: PanelPlace = { path, prefix: `user${Buffer.from(username).toString('hex')}_` };
  const asked = askedPanel(visit, place, RUN_PANELS);
  const all = await unfinishedRuns(parts);
  const unfinished = all.filter(({ args }) => args.username === username);
  if (isCsvAsked(visit)) return await ownersFile(visit, username, unfinished);
  const finished = await finishedPage(visit, username);
  // Whoever has tests has an account: that need not be read.
  const hasTests = unfinished.length > 0 || finished.total > 0;
  if (!isOwn && !hasTests && (await parts.reader.user(username)) === undefined) {
    return { kind: 'missing', text: `There is no account ${username}.` };
  }
  if (finished.asked !== finished.paging.page) {
    const { flag, paging } = finished;
    return redirect(addressOf(path, { ...(flag !== undefined && { [flag]: 1 }), page: paging.page }));
  }
  const runs = { unfinished, finished, listPath: path };
  if (asked !== undefined) {
    return turnedPanel(visit, place, () => runPanel(visit, place, asked.id as RunPanel, runs, asked.isOpen));
  }
  const shown = finished.asked > 1 ? (['finished'] as const) : RUN_PANELS;
  const stamp = stampTag('home', homeStamp(all));
  const tables = html`${stamp}${shown.map((id) => runPanel(visit, place, id, runs))}`;
  if (isLive) return { kind: 'fragment', status: unfinished.length === 0 ? 286 : 200, body: tables };
  const live =
    finished.asked > 1
      ? NOTHING
      : html` data-live="home" data-poll="${POLL_S}" hx-get="${path}?live=run_tables" hx-trigger="poll" hx-swap="innerMorph"`;
  const profile = isApprover ? html`<a href="/user/${encodeURIComponent(username)}">Account</a>` : NOTHING;
  const body = html`<div class="page-head"><h1>Tests of ${username}</h1><span class="aside">${profile} <a href="${csvUrl(path, { ...(finished.flag !== undefined && { [finished.flag]: 1 }) })}">CSV</a></span></div>
${isOwn && finished.asked === 1 && finished.flag === undefined ? endedSince(visit, place.prefix, finished) : NOTHING}
${isOwn ? await workerWarnings(visit, unfinished) : NOTHING}
<div id="run-tables" class="stack"${live}>${tables}</div>`;
  return {
    kind: 'page',
    title: `Tests of ${username}`,
    description: `${unfinished.length} unfinished and ${finished.total} finished tests of ${username}`,
    body,
  };
}

/** All tests of the owner, those that are played or wait first; of a tab of finished ones those alone. */
async function ownersFile(visit: Visit, username: string, unfinished: readonly RunHead[]): Promise<Outcome> {
  visit.requireAdmission('search', visit.request.address);
  const csv = new RunsCsv();
  const flag = askedFlag(visit);
  if (flag === undefined) for (const head of unfinished) csv.add(head);
  return csv.file(await addFinished(visit, csv, finishedFilter(flag, username)));
}
