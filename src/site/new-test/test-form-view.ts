/** What the parts of the new-test page are drawn from: the form with its problems, and what the server knows. */
import type { KnownBooks } from '../../operations/book/known-books.js';
import type { FieldOptions } from '../fields.js';
import { type Html, html, NOTHING } from '../html.js';
import { LABELS, type LabelledField, problemHtml } from './field-names.js';
import type { FormProblems, TestForm } from './test-form.js';

export interface TestFormView {
  readonly form: TestForm;
  readonly problems: FormProblems;
  readonly books: KnownBooks;
  /** The newest commits of the official master, as far as they are known; never asked for here. */
  readonly master: MasterFacts | undefined;
  /** Commits and networks are typed by hand; `offered`: they can be, if GitHub does not answer. */
  readonly byHand: 'no' | 'offered' | 'yes';
  /** The run that is submitted again, whose code stays as it is. */
  readonly origin: { readonly id: string; readonly tag: string; readonly isSpsa: boolean } | undefined;
}

export interface MasterFacts {
  readonly bench: string;
  /** Title and date of the newest commit. */
  readonly title: string;
  readonly date: number;
  /** When GitHub said so. */
  readonly at: number;
}

/** Name, label, value and problems of a text field. */
export function fieldOf({ form, problems }: TestFormView, name: LabelledField): FieldOptions {
  const value = name === 'autoselect' ? '' : form.texts[name];
  return { name, label: LABELS[name], value, problem: problemOf(problems, name) };
}

export function problemOf(problems: FormProblems, name: LabelledField): Html | undefined {
  const texts = problems.get(name);
  return texts && problemHtml(texts.join(' '));
}

/** The class of fields that the summary of the test is made of. */
export const SUMMED = html` class="summed"`;

export function hiddenField(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}">`;
}

/** A choice of a few, side by side. */
export function segments(options: {
  name: string;
  legend: string;
  value: string;
  choices: readonly { value: string; text: string; hint?: string }[];
  more?: Html | '';
}): Html {
  const { name, legend, value, choices, more = NOTHING } = options;
  return html`<fieldset class="segments"><legend>${legend}</legend>
<div class="row">${choices.map((choice) => segment(name, choice, choice.value === value))}${more}</div></fieldset>`;
}

export function segment(
  name: string,
  { value, text, hint }: { value: string; text: string; hint?: string },
  isChosen: boolean,
): Html {
  const id = `${name}-${value.toLowerCase().replaceAll(' ', '-')}`;
  return html`<label class="segment" for="${id}"${hint === undefined ? NOTHING : html` title="${hint}"`}><input type="radio" class="summed" id="${id}" name="${name}" value="${value}"${isChosen ? html` checked` : NOTHING}><span>${text}</span></label>`;
}
