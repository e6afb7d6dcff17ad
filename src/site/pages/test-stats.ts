/** Raw statistics of one test (docs/spec/web-ui.md §4.8): every number that follows from its results, also as text, CSV and JSON. */
import type { RunHead } from '../../store/port.js';
import { html } from '../html.js';
import { fileName, filesBar, missingFile } from '../statistics/files-bar.js';
import { statCsv, statJson, statText } from '../statistics/stat-files.js';
import { pollStatus, statsOf, statsPart } from '../statistics/stats-part.js';
import { findRun, runIdOf } from '../test-page/find-run.js';
import { statePill } from '../test-page/result-card.js';
import { runTitle } from '../test-page/run-title.js';
import type { Outcome, Visit } from '../visit.js';
import { NO_TEST, noSuchTest } from './view-test.js';

const FORMATS = ['text', 'csv', 'json'] as const;

export async function testStats(visit: Visit): Promise<Outcome> {
  const head = await findRun(visit, runIdOf(visit.params['id']!));
  const format = FORMATS.find((each) => each === visit.query.get('format'));
  if (head === undefined) return format === undefined ? noSuchTest() : missingFile(format, NO_TEST);
  const isTune = head.args.spsa !== undefined;
  if (format !== undefined) {
    return isTune ? missingFile(format, noStatistics(head)) : statsFile(visit, head, format);
  }
  if (visit.wantsFragment) {
    const status = pollStatus(head);
    return { kind: 'fragment', status, body: status === 204 || isTune ? '' : statsPart(head) };
  }
  const title = runTitle(head);
  const path = `/tests/stats/${head._id}`;
  const body = html`<div class="page-head test-head"><h1>Statistics of <a href="/tests/view/${head._id}">${title}</a></h1>${statePill(head)}</div>
${
  isTune
    ? html`<section class="card plain" aria-label="Statistics"><p>A tune has no statistics of this kind: its games are played by engines that differ from pair to pair.</p></section>`
    : html`${filesBar(
        FORMATS.map((each) => ({
          title: each === 'text' ? 'Text' : each.toUpperCase(),
          url: `${path}?format=${each}`,
        })),
        { title: 'Copy as text', url: `${path}?format=text` },
      )}
${statsPart(head)}`
}`;
  return { kind: 'page', title: `Statistics of ${title}`, body, scripts: ['poll', 'copy'] };
}

function noStatistics({ _id: id }: RunHead): string {
  return `Run ${id} is a tune, which has no statistics of this kind: its numbers are at /tests/view/${id}/spsa.json.`;
}

function statsFile({ request }: Visit, head: RunHead, format: (typeof FORMATS)[number]): Outcome {
  const { statistics, sections } = statsOf(head);
  const name = `statistics-${head._id}`;
  switch (format) {
    case 'text': {
      const url = `${request.scheme}://${request.host}/tests/view/${head._id}`;
      return {
        kind: 'fragment',
        body: statText(head, sections, url),
        contentType: 'text/plain; charset=utf-8',
        headers: [fileName(`${name}.txt`)],
      };
    }
    case 'csv':
      return {
        kind: 'fragment',
        body: statCsv(sections),
        contentType: 'text/csv; charset=utf-8',
        headers: [fileName(`${name}.csv`, 'attachment')],
      };
    case 'json':
      return {
        kind: 'fragment',
        body: statJson(head, statistics),
        contentType: 'application/json',
        headers: [fileName(`${name}.json`)],
      };
  }
}
