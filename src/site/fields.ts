/** Fields of forms: a label, the field, a hint, and what is wrong with what was typed. */
import { type Html, html, NOTHING } from './html.js';

const FLAGS = { required: html` required`, autofocus: html` autofocus`, readonly: html` readonly` };

export interface FieldOptions {
  readonly name: string;
  readonly label: Html | string;
  readonly value?: string;
  readonly type?: 'text' | 'email' | 'url';
  readonly autocomplete?: string;
  readonly hint?: Html | string | undefined;
  readonly problem?: Html | string | undefined;
  readonly isRequired?: boolean;
  readonly hasFocus?: boolean;
  readonly maxLength?: number;
  /** Which keyboard a phone shows. */
  readonly inputMode?: 'numeric' | 'decimal';
  readonly isReadOnly?: boolean;
  /** Further attributes of the input. */
  readonly attributes?: Html | '';
  /** Below the input, in place of what a script has to say of it. */
  readonly live?: Html | '';
}

export function textInput(options: FieldOptions): Html {
  const { name, value = '', type = 'text', maxLength, inputMode, isReadOnly } = options;
  return field(
    options,
    html`<input id="${name}" name="${name}" type="${type}" value="${value}"${described(options)}${
      maxLength === undefined ? NOTHING : html` maxlength="${maxLength}"`
    }${inputMode === undefined ? NOTHING : html` inputmode="${inputMode}"`}${flag('readonly', isReadOnly)}${options.attributes ?? NOTHING} spellcheck="false" autocapitalize="none">`,
  );
}

/** @param rows lines that show at once */
export function textArea(options: FieldOptions, rows: number): Html {
  const { name, value = '', isReadOnly } = options;
  // A browser drops a line end right after the tag: this one is for it to drop.
  return field(
    options,
    html`<textarea id="${name}" name="${name}" rows="${rows}"${described(options)}${flag('readonly', isReadOnly)}${options.attributes ?? NOTHING} autocapitalize="none">
${value}</textarea>`,
  );
}

export interface Choice {
  readonly value: string;
  readonly text: string;
}

/** A value that is no choice is shown as one of its own: nothing that was sent is lost. */
export function selectInput(options: FieldOptions, choices: readonly Choice[]): Html {
  const { name, value = '' } = options;
  const isChoice = choices.some((choice) => choice.value === value);
  const all = isChoice ? choices : [...choices, { value, text: value === '' ? '–' : value }];
  return field(
    options,
    html`<select id="${name}" name="${name}"${described(options)}${options.attributes ?? NOTHING}>${all.map(
      (choice) =>
        html`<option value="${choice.value}"${choice.value === value ? html` selected` : NOTHING}>${choice.text}</option>`,
    )}</select>`,
  );
}

/** A box, with its label beside it. */
export function checkBox(options: FieldOptions & { readonly isTicked: boolean }): Html {
  const { name, label, hint, problem, isTicked } = options;
  return html`<div class="field${problem === undefined ? '' : ' wrong'}">
<label class="check"><input type="checkbox" id="${name}" name="${name}" value="1"${isTicked ? html` checked` : NOTHING}${described(options)}${options.attributes ?? NOTHING}> ${label}</label>
${below({ name, hint, problem })}
${options.live ?? NOTHING}</div>`;
}

/** Never filled; a button shows what is typed. */
export function passwordInput(options: FieldOptions): Html {
  const { name } = options;
  return field(
    options,
    html`<span class="with-button"><input id="${name}" name="${name}" type="password"${described(options)}><button type="button" class="quiet" data-shows="${name}" aria-label="Show the password" aria-pressed="false">Show</button></span>`,
  );
}

export function fieldError(id: string, text: string): Html {
  return html`<p class="problem" id="${id}" role="alert">${text}</p>`;
}

function field(options: FieldOptions, input: Html): Html {
  const { name, label, problem, live = NOTHING } = options;
  return html`<div class="field${problem === undefined ? '' : ' wrong'}">
<label for="${name}">${label}</label>
${input}
${below(options)}
${live}</div>`;
}

function below({ name, hint, problem }: Pick<FieldOptions, 'name' | 'hint' | 'problem'>): Html {
  return html`${hint === undefined ? NOTHING : html`<p class="hint" id="${name}-hint">${hint}</p>`}
${problem === undefined ? NOTHING : html`<p class="problem" id="${name}-problem">${problem}</p>`}`;
}

/** The first field with a fault has the cursor: on a phone it may stand below what shows of the page. */
function described(options: FieldOptions): Html {
  const { name, hint, problem, isRequired, hasFocus, autocomplete } = options;
  const ids = [hint === undefined ? '' : `${name}-hint`, problem === undefined ? '' : `${name}-problem`];
  const described = ids.filter((id) => id !== '').join(' ');
  return html`${described === '' ? NOTHING : html` aria-describedby="${described}"`}${
    problem === undefined ? NOTHING : html` aria-invalid="true"`
  }${flag('autofocus', hasFocus === true || problem !== undefined)}${flag('required', isRequired)}${autocomplete === undefined ? NOTHING : html` autocomplete="${autocomplete}"`}`;
}

function flag(name: keyof typeof FLAGS, isSet: boolean | undefined): Html | '' {
  return isSet === true ? FLAGS[name] : NOTHING;
}
