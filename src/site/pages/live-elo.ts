/** Gauges of one test that move with its results (docs/spec/web-ui.md §4.9). */
import type { RunHead } from '../../store/port.js';
import { html } from '../html.js';
import { infoText } from '../lists/info-text.js';
import { addressOf } from '../lists/paging.js';
import { type EloScale, isDecided, liveElo as liveEloCard, testFacts } from '../statistics/live-elo-part.js';
import { findRun, runIdOf } from '../test-page/find-run.js';
import { resultLines, statePill } from '../test-page/result-card.js';
import { commitLink } from '../test-page/run-details.js';
import { runTitle } from '../test-page/run-title.js';
import { setUiCookie, uiCookie } from '../ui-cookies.js';
import { type Outcome, redirect, type Visit } from '../visit.js';
import { noSuchTest } from './view-test.js';

const COOKIE = 'live_elo_mode';

export async function liveElo(visit: Visit): Promise<Outcome> {
  const head = await testWithElo(visit);
  if (head === undefined) return noSuchTest();
  const title = runTitle(head);
  const { args } = head;
  const facts = [['Commit', commitLink(args)] as const, ...testFacts(head)];
  const body = html`<div class="page-head test-head"><h1>Live Elo of <a href="/tests/view/${head._id}">${title}</a></h1>${statePill(head)}</div>
${liveEloCard(head, scaleOf(visit))}
<section class="card" aria-labelledby="test-title"><div class="head"><h2 id="test-title">Test</h2><a class="button plain" href="/tests/stats/${head._id}">Raw statistics</a></div>
<table class="details"><caption class="hidden">What is tested</caption><tbody>
${facts.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}
<tr><th scope="row">Info</th><td><div class="prose">${infoText(args.info ?? '')}</div></td></tr>
</tbody></table></section>`;
  return {
    kind: 'page',
    title: `Live Elo of ${title}`,
    description: resultLines(head).join('\n'),
    body,
    scripts: ['poll'],
  };
}

/** The part that moves, for a script. */
export async function liveEloUpdate(visit: Visit): Promise<Outcome> {
  const head = await testWithElo(visit);
  if (head === undefined) return noSuchTest();
  if (!visit.wantsFragment) {
    return redirect(addressOf(`/tests/live_elo/${head._id}`, { mode: visit.query.get('mode') ?? undefined }));
  }
  const body = liveEloCard(head, scaleOf(visit));
  return { kind: 'fragment', status: isDecided(head) ? 286 : 200, body };
}

/** A tune has none. */
async function testWithElo(visit: Visit): Promise<RunHead | undefined> {
  const head = await findRun(visit, runIdOf(visit.params['id']!));
  return head?.args.spsa === undefined ? head : undefined;
}

/** As the address asks, which is remembered, or as it was left. */
function scaleOf(visit: Visit): EloScale {
  const asked = visit.query.get('mode');
  if (asked === 'fixed' || asked === 'dynamic') {
    setUiCookie(visit, COOKIE, asked);
    return asked;
  }
  return uiCookie(visit, COOKIE) === 'dynamic' ? 'dynamic' : 'fixed';
}
