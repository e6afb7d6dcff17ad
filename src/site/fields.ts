/** Fields of forms: a label, the field, a hint, and what is wrong with what was typed. */
import { type Html, html, NOTHING } from './html.js';

export interface FieldOptions {
  readonly name: string;
  readonly label: string;
  readonly value?: string;
  readonly type?: 'text' | 'email' | 'url';
  readonly autocomplete?: string;
  readonly hint?: Html | string;
  readonly problem?: string | undefined;
  readonly isRequired?: boolean;
  readonly hasFocus?: boolean;
  readonly maxLength?: number;
}

export function textInput(options: FieldOptions): Html {
  const { name, value = '', type = 'text', hasFocus, maxLength } = options;
  return field(
    options,
    html`<input id="${name}" name="${name}" type="${type}" value="${value}"${described(options)}${flag('autofocus', hasFocus)}${
      maxLength === undefined ? NOTHING : html` maxlength="${maxLength}"`
    } spellcheck="false" autocapitalize="none">`,
  );
}

/** Never filled; a button shows what is typed. */
export function passwordInput(options: FieldOptions): Html {
  const { name, hasFocus } = options;
  return field(
    options,
    html`<span class="with-button"><input id="${name}" name="${name}" type="password"${described(options)}${flag(
      'autofocus',
      hasFocus,
    )}><button type="button" class="quiet" data-shows="${name}" aria-label="Show the password" aria-pressed="false">Show</button></span>`,
  );
}

export function fieldError(id: string, text: string): Html {
  return html`<p class="problem" id="${id}" role="alert">${text}</p>`;
}

function field({ name, label, hint, problem }: FieldOptions, input: Html): Html {
  return html`<div class="field${problem === undefined ? '' : ' wrong'}">
<label for="${name}">${label}</label>
${input}
${hint === undefined ? NOTHING : html`<p class="hint" id="${name}-hint">${hint}</p>`}
${problem === undefined ? NOTHING : html`<p class="problem" id="${name}-problem">${problem}</p>`}
</div>`;
}

function described({ name, hint, problem, isRequired, autocomplete }: FieldOptions): Html {
  const ids = [hint === undefined ? '' : `${name}-hint`, problem === undefined ? '' : `${name}-problem`];
  const described = ids.filter((id) => id !== '').join(' ');
  return html`${described === '' ? NOTHING : html` aria-describedby="${described}"`}${
    problem === undefined ? NOTHING : html` aria-invalid="true"`
  }${flag('required', isRequired)}${autocomplete === undefined ? NOTHING : html` autocomplete="${autocomplete}"`}`;
}

function flag(name: 'required' | 'autofocus', isSet: boolean | undefined): Html | '' {
  if (isSet !== true) return NOTHING;
  return name === 'required' ? html` required` : html` autofocus`;
}
