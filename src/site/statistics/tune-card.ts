/** A tune on the test's page (docs/spec/web-ui.md §4.6.2, §4.6.4): its parameters, and the chart of their way, whose numbers a script fetches. */
import { tuneTable } from '../../rules/spsa-view.js';
import { readTune } from '../../rules/stored-tune.js';
import type { RunHead } from '../../store/port.js';
import { type Html, html, NOTHING } from '../html.js';
import { visibleText } from '../lists/info-text.js';
import { uiCookie } from '../ui-cookies.js';
import type { Visit } from '../visit.js';
import { filesBar } from './files-bar.js';

/** How often an open chart asks for news, in seconds. */
const POLL_S = 60;
const COOKIE = 'spsa_percentage';
/** Of a table in the page; a tune may have thousands. */
const MOST_ROWS = 300;
const COLUMNS = ['parameter', 'value', 'start', 'min', 'max', 'c', 'c end', 'r', 'r end'];

export function tuneCard(visit: Visit, { _id, args, finished }: RunHead): Html | '' {
  if (args.spsa === undefined) return NOTHING;
  const path = `/tests/view/${_id}/spsa`;
  const isPercent = /^(?:1|true|on)$/i.test(uiCookie(visit, COOKIE));
  return html`<section class="card" id="tune" aria-labelledby="tune-title">
<div class="head"><h2 id="tune-title">Parameters</h2></div>
${parameterTable(args)}
<p class="plain-only note">The chart is drawn by a script. The same numbers are in the files below.</p>
<div id="tune-chart" class="tune-chart scripted-only" data-source="${path}.json"${finished ? NOTHING : html` data-poll="${POLL_S}"`}>
<div class="row tune-controls">
<span class="row" role="group" aria-label="Smoothing"><span>Smoothing</span><button type="button" id="tune-less" aria-label="Less smoothing">−</button><output id="tune-level">0</output><button type="button" id="tune-more" aria-label="More smoothing">+</button></span>
<label class="check"><input type="checkbox" id="tune-percent"${isPercent ? html` checked` : NOTHING}> Change in % of c</label>
</div>
<p class="note" id="tune-note" role="status"></p>
<div id="tune-plot" class="tune-plot" role="img" aria-label="Chart of the parameters"></div>
<p class="note" id="tune-reading"></p>
<details class="fold" id="tune-choice"><summary>Parameters shown <span class="note" id="tune-count"></span></summary>
<div class="row tune-picks"><button type="button" id="tune-all">All</button><button type="button" id="tune-none">None</button><input type="search" id="tune-find" placeholder="Part of a name" aria-label="Parameters whose name has this part" autocomplete="off" spellcheck="false"></div>
<ul id="tune-names" class="tune-names"></ul></details>
<details class="fold" id="tune-table"><summary>The lines as a table</summary>
<div class="scroll" tabindex="0" role="group" aria-label="The lines as a table"></div></details>
</div>
<div class="tune-files">${filesBar(
    [
      { title: 'Parameters (CSV)', url: `${path}.csv?table=parameters` },
      { title: 'History (CSV)', url: `${path}.csv` },
      { title: 'JSON', url: `${path}.json` },
      { title: 'Text for a new test', url: `${path}.txt` },
    ],
    { url: `${path}.txt`, title: 'Copy the text for a new test' },
  )}</div>
</section>`;
}

function parameterTable({ spsa, num_games: games }: RunHead['args']): Html {
  const [, ...rows] = tuneTable(readTune(spsa!, games));
  const left = rows.length - MOST_ROWS;
  return html`<div class="scroll tune-rows" tabindex="0" role="group" aria-labelledby="tune-title"><table class="tune">
<caption class="hidden">Parameters of the tune as they are now</caption>
<thead><tr>${COLUMNS.map((name, i) => html`<th scope="col"${i === 0 ? NOTHING : html` class="n"`}>${name}</th>`)}</tr></thead>
<tbody>${rows
    .slice(0, MOST_ROWS)
    .map(
      ([name, ...values]) =>
        html`<tr><th scope="row">${visibleText(name ?? '')}</th>${values.map((value) => html`<td class="n">${value}</td>`)}</tr>`,
    )}</tbody></table></div>${left > 0 ? html`<p class="note">${left} more parameters are in the CSV.</p>` : NOTHING}`;
}
