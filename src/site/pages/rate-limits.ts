/** What is left of the server's GitHub quota (docs/spec/web-ui.md §4.17); browsers ask nothing of GitHub themselves. */
import { isQuotaLow, type Quota } from '../../github/questions.js';
import { type Html, html, NOTHING } from '../html.js';
import type { Outcome, PageOutcome, Visit } from '../visit.js';

export async function rateLimits(visit: Visit): Promise<PageOutcome> {
  const body = html`<div class="page-head medium"><h1>GitHub quota</h1></div>
<section class="card plain medium" aria-labelledby="quota-title">
<h2 id="quota-title">This server's</h2>
<div id="quota" hx-get="/rate_limits/server" hx-trigger="every 60s" hx-swap="innerHTML">${await figures(visit)}</div>
<p class="note">The server asks GitHub for branches, commits and changes, and keeps what it was told. Browsers ask nothing, so nobody
needs a token here. What is left below a half is kept for new tests.</p>
</section>`;
  return { kind: 'page', title: 'GitHub quota', body };
}

/** The part that changes. */
export async function rateLimitsServer(visit: Visit): Promise<Outcome> {
  return { kind: 'fragment', body: await figures(visit) };
}

async function figures({ parts, now }: Visit): Promise<Html> {
  const { github } = parts;
  const quota = await github.quota();
  const off = html`<p>This server does not ask GitHub: commits and signatures of new tests are typed by hand.</p>`;
  return html`${github.isOn ? NOTHING : off}${table(quota, now)}`;
}

function table(quota: Quota, now: number): Html {
  if (quota._uninitialized) return html`<p>GitHub has not told its quota yet.</p>`;
  const { remaining, used, limit, reset } = quota;
  const resetAt = new Date(reset * 1000).toISOString().slice(11, 19);
  const isOver = reset * 1000 <= now;
  const mark = isQuotaLow(quota, now)
    ? html`<span class="pill bad">low</span>`
    : html`<span class="pill good">enough</span>`;
  return html`<dl>
<dt>Left</dt><dd>${isOver ? limit : remaining} of ${limit} calls an hour ${mark}</dd>
<dt>Used</dt><dd>${isOver ? 0 : used}</dd>
<dt>Full again</dt><dd>${isOver ? 'now' : `at ${resetAt} UTC`}</dd>
</dl>`;
}
