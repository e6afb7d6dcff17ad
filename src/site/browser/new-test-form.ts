/** The new-test form: kinds of test fill in fields, bounds have names, tunes choose their settings, a slip is asked about. */

import { type NewTestData, TestKinds } from './apply-kind.js';
import { startAutoselect } from './autoselect.js';
import { startDraft } from './draft.js';
import { FormFields } from './form-fields.js';
import { startTuneFile } from './tune-file.js';

/** Signatures that differ by more of the base's are rarely meant. */
const LARGE_DIFFERENCE = 0.5;
const LONG_TC_RATIO_KINDS = /LTC/;

function start(form: HTMLFormElement, data: NewTestData): void {
  const fields = new FormFields(form);
  const kinds = new TestKinds(fields, data);
  const autoselect = startAutoselect(form, fields);
  startBounds(fields, data);
  startRule(form, fields);
  startOdds(fields);
  startTuneFile(form, fields);
  const refresh = () => {
    fields.showState();
    nameBounds(fields, data);
    form.dispatchEvent(new Event('change', { bubbles: true }));
  };
  kinds.start((isPreset) => {
    refresh();
    if (isPreset) void autoselect.choose();
  });
  startDraft(form, refresh);
  fields.input('tests-repo')?.addEventListener('change', () => {
    for (const name of ['test-branch', 'base-branch']) {
      fields.input(name)?.dispatchEvent(new Event('repository-changed'));
    }
  });
  form.addEventListener('submit', (event) => {
    if (!confirmSignatures(fields)) event.preventDefault();
  });
  document.getElementById('problems')?.focus();
}

function startBounds(fields: FormFields, { bounds }: NewTestData): void {
  const select = fields.input('bounds');
  select?.addEventListener('change', () => {
    const named = bounds.find(({ value }) => value === select.value);
    if (named !== undefined) {
      fields.set('sprt_elo0', String(named.elo0));
      fields.set('sprt_elo1', String(named.elo1));
    } else fields.input('sprt_elo0')?.focus();
    fields.showState();
  });
  for (const name of ['sprt_elo0', 'sprt_elo1']) {
    fields.input(name)?.addEventListener('input', () => nameBounds(fields, { bounds }));
  }
}

/** The select shows the name of the two numbers, if they have one. */
function nameBounds(fields: FormFields, { bounds }: Pick<NewTestData, 'bounds'>): void {
  const [elo0, elo1] = [Number(fields.value('sprt_elo0')), Number(fields.value('sprt_elo1'))];
  const chosen = bounds.find(({ value }) => value === fields.value('bounds'));
  const isRight = chosen !== undefined && chosen.elo0 === elo0 && chosen.elo1 === elo1;
  if (isRight) return;
  const named = bounds.find((each) => each.elo0 === elo0 && each.elo1 === elo1);
  fields.set('bounds', named?.value ?? 'custom');
}

/** A tune has one engine: the base follows the test's side, and comes back when the rule is another again. */
function startRule(form: HTMLFormElement, fields: FormFields): void {
  const isAgain = form.dataset['again'] === 'true';
  let before: readonly [string, string] | undefined;
  let throughput: string | undefined;
  const follow = () => {
    const isTune = fields.value('stop_rule') === 'spsa';
    if (isTune && LONG_TC_RATIO_KINDS.test(fields.value('test-type')) && throughput === undefined) {
      throughput = fields.value('throughput');
      fields.set('throughput', '50');
    } else if (!isTune && throughput !== undefined) {
      fields.set('throughput', throughput);
      throughput = undefined;
    }
    if (isAgain) return;
    if (isTune) {
      before ??= [fields.value('base-branch'), fields.value('base-signature')];
      fields.set('base-branch', fields.value('test-branch'));
      fields.set('base-signature', fields.value('test-signature'));
    } else if (before !== undefined) {
      fields.set('base-branch', before[0]);
      fields.set('base-signature', before[1]);
      before = undefined;
    }
    for (const name of ['base-branch', 'base-signature']) fields.setReadOnly(name, isTune);
  };
  form.addEventListener('input', follow);
  form.addEventListener('change', follow);
  follow();
}

/** The other time control begins where the first one is. */
function startOdds(fields: FormFields): void {
  fields.input('tc')?.addEventListener('input', () => {
    if (!fields.isTicked('odds')) fields.set('new_tc', fields.value('tc'));
  });
}

function confirmSignatures(fields: FormFields): boolean {
  const [test, base] = [Number(fields.value('test-signature')), Number(fields.value('base-signature'))];
  if (!(test > 0 && base > 0) || Math.abs(test - base) <= LARGE_DIFFERENCE * base) return true;
  return confirm(`The signatures differ a lot: ${test} and ${base}. Submit all the same?`);
}

const form = document.getElementById('new-test');
const data = document.getElementById('new-test-data');
if (form instanceof HTMLFormElement && data !== null) {
  start(form, JSON.parse(data.textContent ?? '') as NewTestData);
}
