/** The form in which a test is modified in place (docs/spec/web-ui.md §6.2), with what was typed and what is wrong with it. */
import type { RunChanges } from '../../operations/run/check-modification.js';
import { LARGEST_PRIORITY, MOST_THROUGHPUT } from '../../rules/run-limits.js';
import type { RunHead } from '../../store/port.js';
import { fieldError } from '../fields.js';
import type { Form } from '../forms.js';
import { type Html, html, NOTHING } from '../html.js';
import { tokenField } from '../layout.js';
import type { Visit } from '../visit.js';

type NumberField = 'num-games' | 'priority' | 'throughput';
export type ModifyProblems = Partial<Record<NumberField | 'info' | 'form', string>>;

const MEMBERS = { 'num-games': 'num_games', priority: 'priority', throughput: 'throughput' } as const;
const NAMES = { 'num-games': 'number of games', priority: 'priority', throughput: 'throughput' } as const;
const FIELDS = Object.keys(MEMBERS) as NumberField[];
const WHOLE = /^[+-]?\d{1,15}$/;

/** The number of games must be there; another number that did not come stays as it is. */
export function readChanges(form: Form): { changes: RunChanges; problems: ModifyProblems } {
  const changes: RunChanges = { auto_purge: form.has('auto_purge') };
  const problems: ModifyProblems = {};
  for (const field of FIELDS) {
    const text = form.text(field);
    if (WHOLE.test(text)) changes[MEMBERS[field]] = Number(text);
    else if (form.has(field) || field === 'num-games')
      problems[field] = `The ${NAMES[field]} is a whole number.`;
  }
  if (form.has('info')) changes.info = form.text('info');
  return { changes, problems };
}

/** To which field a refusal belongs. */
export function problemsOf(message: string): ModifyProblems {
  const text = `${message[0]?.toUpperCase()}${message.slice(1)}.`;
  if (/throughput/i.test(message)) return { throughput: text };
  if (/priority/i.test(message)) return { priority: text };
  if (/description/i.test(message)) return { info: text };
  return /games/i.test(message) ? { 'num-games': text } : { form: text };
}

interface FormOptions {
  readonly hasInfo: boolean;
  readonly problems: ModifyProblems;
}

export function modifyForm(visit: Visit, head: RunHead, { hasInfo, problems }: FormOptions): Html {
  const { args } = head;
  // What was typed, if this form was; another form of the page may have been sent.
  const typed = visit.form.has('num-games') ? visit.form : undefined;
  const number = (name: NumberField, label: string, more: Html): Html => {
    const value = typed?.text(name) ?? String(args[MEMBERS[name]]);
    return field(
      name,
      label,
      problems[name],
      html`<input id="${name}" name="${name}" type="number" inputmode="numeric" value="${value}" required${more}${described(name, problems[name])}>`,
    );
  };
  const isOpen = Object.keys(problems).length > 0;
  const purges = typed === undefined ? args.auto_purge : typed.has('auto_purge');
  const isFixed = args.sprt === undefined && args.spsa === undefined;
  const most = isFixed ? html` max="${args.num_games}"` : NOTHING;
  return html`<details class="fold" id="modify"${isOpen ? html` open hx-morph-skip` : NOTHING}><summary>Modify</summary>
<form method="post" action="/tests/modify" class="fields">
${tokenField(visit.session.requireToken())}<input type="hidden" name="run" value="${head._id}">
${problems.form === undefined ? NOTHING : fieldError('modify-problem', problems.form)}
<div class="fields three">
${number('num-games', 'Games', html` min="0" step="1000"${most}${args.spsa === undefined ? NOTHING : html` readonly`}`)}
${number('priority', 'Priority', html` min="-${LARGEST_PRIORITY}" max="${LARGEST_PRIORITY}"`)}
${number('throughput', 'Throughput %', html` min="0" max="${MOST_THROUGHPUT}"`)}
</div>
<label class="check"><input type="checkbox" name="auto_purge" value="1"${purges ? html` checked` : NOTHING}> Auto-purge</label>
${
  hasInfo
    ? field(
        'info',
        'Description',
        problems.info,
        html`<textarea id="info" name="info" rows="4" maxlength="5000"${described('info', problems.info)}>
${typed?.text('info') ?? args.info}</textarea>`,
      )
    : NOTHING
}
${head.finished ? html`<p class="note">A test that still needs games goes on when it is saved.</p>` : NOTHING}
<button type="submit" class="primary">Save</button>
</form></details>`;
}

function field(name: string, label: string, problem: string | undefined, input: Html): Html {
  return html`<div class="field${problem === undefined ? '' : ' wrong'}"><label for="${name}">${label}</label>${input}${
    problem === undefined ? NOTHING : html`<p class="problem" id="${name}-problem">${problem}</p>`
  }</div>`;
}

function described(name: string, problem: string | undefined): Html | '' {
  return problem === undefined ? NOTHING : html` aria-invalid="true" aria-describedby="${name}-problem"`;
}
