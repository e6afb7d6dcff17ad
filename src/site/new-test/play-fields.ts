/** The parts of the new-test page that say how it is played: time control, threads, and what is seldom changed. */
import { COMPILERS } from '../../operations/run/check-run-args.js';
import { type Choice, checkBox, selectInput, textInput } from '../fields.js';
import { type Html, html, NOTHING } from '../html.js';
import { formatCount } from '../run-parts.js';
import type { FieldName } from './test-form.js';
import { fieldOf, SUMMED, type TestFormView } from './test-form-view.js';

const THROUGHPUTS = ['10', '25', '50', '100', '200'];
/** What the details hold: they are open when something in them is wrong. */
const MORE: readonly FieldName[] = [
  'priority',
  'throughput',
  'book',
  'book-depth',
  'arch-filter',
  'checkbox-arch-filter',
  'compiler',
  'checkbox-compiler',
  'adjudication',
  'auto-purge',
];

export function timeFields(view: TestFormView): Html {
  return html`<section class="card plain" aria-labelledby="time-title">
<h2 id="time-title">Time control and threads</h2>
<div class="fields three odds-group">
${textInput({ ...fieldOf(view, 'tc'), attributes: SUMMED, isRequired: true, label: timeLabel(), hint: '[moves/]seconds[+increment]' })}
${textInput({ ...fieldOf(view, 'threads'), inputMode: 'numeric', attributes: SUMMED, isRequired: true })}
${checkBox({ name: 'odds', label: 'Time odds', isTicked: view.form.ticked.has('odds'), attributes: SUMMED })}
<div class="for-odds">${textInput({ ...fieldOf(view, 'new_tc'), attributes: SUMMED })}</div>
</div>
</section>`;
}

/** Named for the base's side alone while the test's has another. */
function timeLabel(): Html {
  return html`<span class="without-odds">Time control</span><span class="with-odds">Base time control</span>`;
}

export function moreFields(view: TestFormView): Html {
  const { form, problems } = view;
  const isOpen = MORE.some((name) => problems.has(name)) || isUnusual(view);
  return html`<details class="card plain more"${isOpen ? html` open` : NOTHING}>
<summary><h2>More options</h2><span class="note">priority, throughput, book, workers</span></summary>
<div class="fields">
<div class="fields two">
${textInput({ ...fieldOf(view, 'priority'), inputMode: 'numeric', attributes: SUMMED })}
${selectInput({ ...fieldOf(view, 'throughput'), attributes: SUMMED }, throughputChoices())}
${selectInput({ ...fieldOf(view, 'book'), attributes: SUMMED }, bookChoices(view))}
<div class="for-pgn">${textInput({ ...fieldOf(view, 'book-depth'), inputMode: 'numeric' })}</div>
</div>
<div class="fields choice-group">
${checkBox({ name: 'checkbox-arch-filter', label: 'Only some architectures', isTicked: form.ticked.has('checkbox-arch-filter'), attributes: SUMMED })}
<div class="chosen">${textInput({
    ...fieldOf(view, 'arch-filter'),
    label: 'Architectures that match (regular expression)',
    attributes: html` class="summed code" hx-get="/tests/run/arches" hx-trigger="input changed delay:400ms, change, load" hx-target="#arch-filter-live" hx-sync="this:replace"`,
    live: html`<p class="live" id="arch-filter-live" role="status"></p>`,
  })}</div>
</div>
<div class="fields choice-group">
${checkBox({ name: 'checkbox-compiler', label: 'Only one compiler', isTicked: form.ticked.has('checkbox-compiler'), attributes: SUMMED })}
<div class="chosen">${selectInput(
    { ...fieldOf(view, 'compiler'), attributes: SUMMED },
    COMPILERS.map((name) => ({ value: name, text: name })),
  )}</div>
</div>
<div class="fields two">
${checkBox({ name: 'adjudication', label: 'Play all games to the end', isTicked: form.ticked.has('adjudication'), hint: 'Adjudication is disabled.' })}
${checkBox({ name: 'auto-purge', label: 'Auto-purge', isTicked: form.ticked.has('auto-purge'), hint: 'Workers with bad results are taken out when the test ends.' })}
</div>
</div>
</details>`;
}

function isUnusual({ form }: TestFormView): boolean {
  const { texts, ticked } = form;
  const isTicked = (['checkbox-arch-filter', 'checkbox-compiler', 'adjudication'] as const).some((name) =>
    ticked.has(name),
  );
  return isTicked || texts.priority.trim() !== '0';
}

function throughputChoices(): Choice[] {
  return THROUGHPUTS.map((value) => ({ value, text: value === '200' ? '200 – more than usual' : value }));
}

function bookChoices({ books, form }: TestFormView): Choice[] {
  const names = Object.keys(books).sort((a, b) => a.localeCompare(b));
  const known = names.map((name) => ({
    value: name,
    text: `${name} (${formatCount(books[name]!.total)} exits)`,
  }));
  const { book } = form.texts;
  return names.includes(book) ? known : [{ value: book, text: `${book} (not known here)` }, ...known];
}
