/** The part of the new-test page that says when a test ends: SPRT bounds, a number of games, or an SPSA tune. */
import { NON_REGRESSION, STANDARD_LTC, STANDARD_STC } from '../../rules/test-kinds.js';
import { checkBox, textArea, textInput } from '../fields.js';
import { type Html, html, NOTHING } from '../html.js';
import { stopRuleOf } from './test-form.js';
import { fieldOf, hiddenField, SUMMED, segments, type TestFormView } from './test-form-view.js';

/** Named bounds, which the server does not read: they fill in the two numbers. */
export const NAMED_BOUNDS = [
  { value: 'standard STC', text: 'Standard STC', ...STANDARD_STC },
  { value: 'standard LTC', text: 'Standard LTC', ...STANDARD_LTC },
  { value: 'regression STC', text: 'Non-regression STC', ...NON_REGRESSION },
  { value: 'regression LTC', text: 'Non-regression LTC', ...NON_REGRESSION },
] as const;

const CUSTOM = 'custom';

export function ruleFields(view: TestFormView): Html {
  const { form } = view;
  const rule = stopRuleOf(form);
  return html`<section class="card plain rules" aria-labelledby="rule-title">
<h2 id="rule-title">Stop rule</h2>
<div class="fields">
${segments({
  name: 'stop_rule',
  legend: 'The test ends',
  value: rule,
  choices: [
    { value: 'sprt', text: 'SPRT' },
    { value: 'games', text: 'Games' },
    { value: 'spsa', text: 'SPSA' },
  ],
})}
${hiddenField('elo_model', form.texts.elo_model)}
${hiddenField('spsa_algorithm', form.texts.spsa_algorithm)}
<div class="fields for-sprt three">
<div class="field scripted-only"><label for="bounds">Bounds</label><select id="bounds" name="bounds">
${[...NAMED_BOUNDS, { value: CUSTOM, text: 'Custom' }].map(
  ({ value, text }) =>
    html`<option value="${value}"${value === boundsNamed(view) ? html` selected` : NOTHING}>${text}</option>`,
)}</select></div>
${textInput({ ...fieldOf(view, 'sprt_elo0'), inputMode: 'decimal', attributes: SUMMED })}
${textInput({ ...fieldOf(view, 'sprt_elo1'), inputMode: 'decimal', attributes: SUMMED })}
</div>
<div class="for-games">${textInput({ ...fieldOf(view, 'num-games'), inputMode: 'numeric', attributes: SUMMED, hint: 'A multiple of 1000, up to 3,200,000.' })}</div>
${tuneFields(view)}
</div>
</section>`;
}

function tuneFields(view: TestFormView): Html {
  const isChosen = view.form.ticked.has('autoselect');
  const number = (name: 'spsa_A' | 'spsa_alpha' | 'spsa_gamma') =>
    textInput({ ...fieldOf(view, name), inputMode: 'decimal' });
  const current = view.origin?.isSpsa
    ? html` · <a href="/tests/run?id=${view.origin.id}&amp;start=current">Start from the values that were reached</a>`
    : NOTHING;
  return html`<div class="fields for-spsa">
${checkBox({ ...fieldOf(view, 'autoselect'), label: 'Autoselect', isTicked: isChosen, hint: 'Games, steps and rates follow from the ranges and the time control.', live: html`<p class="live" id="autoselect-live" role="status"></p>` })}
<div class="fields three">${number('spsa_A')}${number('spsa_alpha')}${number('spsa_gamma')}</div>
${textArea(
  {
    ...fieldOf(view, 'spsa_raw_params'),
    hint: html`A line each: <code>name,start,min,max,c_end,r_end</code>${current}`,
    attributes: html` class="code" wrap="off"`,
  },
  8,
)}
<div class="field scripted-only"><label for="spsa-file">Lines from a file</label><input type="file" id="spsa-file" accept=".txt,.csv,text/*"><p class="live" id="spsa-file-live" role="status"></p></div>
</div>`;
}

/** The name of the bounds, if they have one; of two with the same numbers, that of the time control. */
export function boundsNamed({ form }: TestFormView): string {
  const { sprt_elo0: elo0, sprt_elo1: elo1, 'test-type': kind } = form.texts;
  const fitting = NAMED_BOUNDS.filter(
    (each) => String(each.elo0) === elo0.trim() && String(each.elo1) === elo1.trim(),
  );
  return (
    (fitting.find(({ value }) => kind.includes('LTC') === value.includes('LTC')) ?? fitting[0])?.value ??
    CUSTOM
  );
}
