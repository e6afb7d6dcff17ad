/** The new-test page (docs/spec/web-ui.md §5.1): complete without scripts; a script adds presets and checks while typing. */
import { raw } from 'hono/html';
import {
  DEFAULT_BOOK,
  DEFAULT_BOOK_DEPTH,
  LAST_RELEASE,
  TEST_KIND_NAMES,
  TEST_KINDS,
  type TestKindName,
} from '../../rules/test-kinds.js';
import { type Html, html, NOTHING } from '../html.js';
import { tokenField } from '../layout.js';
import { longDate, timeTag } from '../run-parts.js';
import type { PageOutcome } from '../visit.js';
import { codeFields } from './code-fields.js';
import { LABELS, type LabelledField, problemHtml } from './field-names.js';
import { moreFields, timeFields } from './play-fields.js';
import { NAMED_BOUNDS, ruleFields } from './rule-fields.js';
import { hiddenField, segment, type TestFormView } from './test-form-view.js';

const BOOK = { name: DEFAULT_BOOK, depth: DEFAULT_BOOK_DEPTH };
/** Fields in the order of the page, for the list of what is wrong. */
const ORDER = Object.keys(LABELS) as readonly LabelledField[];
/** Shown at once; the others are behind "more". */
const USUAL_KINDS: readonly TestKindName[] = ['STC', 'LTC', 'STC SMP', 'LTC SMP'];

export interface NewTestPageParts {
  readonly view: TestFormView;
  readonly csrfToken: string;
  /** The test in words, as the fields now say it. */
  readonly summary: Html;
  readonly status: 200 | 422;
}

export function newTestPage({ view, csrfToken, summary, status }: NewTestPageParts): PageOutcome {
  const { form, origin } = view;
  const title = origin === undefined ? 'New test' : `Again: ${origin.tag}`;
  const body = html`<div class="page-head"><h1>${title}</h1>${origin === undefined ? NOTHING : originNote(origin.id)}</div>
<div id="draft" class="flash" hidden><p>What you typed here before was not sent.</p><button type="button" id="draft-restore">Put it back</button><button type="button" id="draft-drop" class="quiet" aria-label="Forget what was typed">×</button></div>
<form method="post" action="/tests/run" id="new-test" class="new-test" novalidate data-fresh="${String(status === 200)}" data-again="${String(origin !== undefined)}">
${tokenField(csrfToken)}
${hiddenField('nonce', form.texts.nonce)}
${origin === undefined ? NOTHING : hiddenField('rescheduled_from', origin.id)}
<div class="new-test-fields">
${problemSummary(view)}
${kindFields(view)}
${codeFields(view)}
${ruleFields(view)}
${timeFields(view)}
${moreFields(view)}
</div>
<aside class="card plain new-test-side" aria-labelledby="summary-title">
<h2 id="summary-title">The test</h2>
<div id="summary" role="status" hx-get="/tests/run/summary" hx-trigger="input from:#new-test delay:400ms, change from:#new-test delay:50ms" hx-include=".summed, #bounds" hx-sync="this:replace">${summary}</div>
<button type="submit" class="primary">${origin === undefined ? 'Submit the test' : 'Submit it again'}</button>
<p class="note">An approver looks at it before it is played.</p>
${view.master === undefined ? NOTHING : masterNote(view.master)}
</aside>
</form>
${scriptData(view)}`;
  return { kind: 'page', status, title, body, scripts: ['new-test-form'] };
}

function originNote(id: string): Html {
  return html`<p class="note">With the code of <a href="/tests/view/${id}">that test</a>, which stays as it is. <a href="/tests/run?id=${id}&amp;edit=1">Edit the branches</a></p>`;
}

/** All that is wrong, each with a link to its field. */
function problemSummary({ problems }: TestFormView): Html | '' {
  if (problems.size === 0) return NOTHING;
  const wrong = ORDER.filter((name) => problems.has(name));
  const whole = problems.get('form') ?? [];
  return html`<section class="flash error problem-summary" role="alert" tabindex="-1" id="problems" aria-labelledby="problems-title">
<div><h2 id="problems-title">The test is not submitted</h2>
<ul>${whole.map((text) => html`<li>${text}</li>`)}${wrong.map((name) => problemLine(name, problems.get(name)!.join(' ')))}</ul></div></section>`;
}

/** The link is the field's name, which mostly begins the sentence. */
function problemLine(name: LabelledField, text: string): Html {
  const label = LABELS[name];
  const rest = text.startsWith(`${label} `) ? text.slice(label.length) : `: ${text}`;
  return html`<li><a href="#${name}">${label}</a>${problemHtml(rest)}</li>`;
}

function kindFields({ form }: TestFormView): Html {
  const chosen = form.texts['test-type'];
  const one = (name: TestKindName) => {
    const { tc, threads } = TEST_KINDS[name];
    const hint = `${tc}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
    return segment('test-type', { value: name, text: name, hint }, name === chosen);
  };
  const others = TEST_KIND_NAMES.filter((name) => !USUAL_KINDS.includes(name));
  const isOpen = others.some((name) => name === chosen);
  return html`<section class="card plain kinds">
<fieldset class="segments scripted-only"><legend>Test type</legend>
<div class="row">${USUAL_KINDS.map(one)}<details class="inline"${isOpen ? html` open` : NOTHING}><summary>more</summary><div class="row">${others.map(one)}</div></details>
<button type="button" id="apply-all" class="quiet" hidden>Apply to all fields</button></div>
<p class="note" id="kept-note" role="status"></p></fieldset>
<p class="plain-only">Begin with ${TEST_KIND_NAMES.map((name) => html`<a href="/tests/run?kind=${encodeURIComponent(name)}">${name}</a> `)}</p>
</section>`;
}

function masterNote({ bench, title, at }: NonNullable<TestFormView['master']>): Html {
  return html`<p class="note">Master: ${title} (bench ${bench}), as of ${timeTag(at, longDate(at))}.</p>`;
}

/** What the script fills fields from. */
function scriptData({ master }: TestFormView): Html {
  const data = {
    kinds: TEST_KINDS,
    release: LAST_RELEASE,
    master: master ?? null,
    bounds: NAMED_BOUNDS,
    book: BOOK,
  };
  // Inside of a script element nothing is escaped: no text may end it.
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  return html`<script type="application/json" id="new-test-data">${raw(json)}</script>`;
}
