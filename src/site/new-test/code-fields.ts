/** The part of the new-test page that says which code plays: repository, branches, signatures, options, description. */
import { type FieldOptions, textArea, textInput } from '../fields.js';
import { type Html, html, NOTHING } from '../html.js';
import { fieldOf, SUMMED, type TestFormView } from './test-form-view.js';

type Side = 'test' | 'base';

/** Rows that both sides share, so that their fields stay level. */
const ROWS = { no: 'rows-3', offered: 'rows-4', yes: 'rows-5' } as const;

export function codeFields(view: TestFormView): Html {
  const isFixed = view.origin !== undefined;
  return html`<section class="card plain" aria-labelledby="code-title">
<h2 id="code-title">Repository and branches</h2>
<div class="fields">
${textInput({
  ...fieldOf(view, 'tests-repo'),
  type: 'url',
  isReadOnly: isFixed,
  hint: isFixed ? undefined : 'https://github.com/<owner>/<name>, where both branches are.',
  isRequired: true,
})}
<div class="sides ${ROWS[view.byHand]}">
<div class="fields" role="group" aria-label="Test">
${branchField(view, 'test')}
${signatureField(view, 'test')}
${textInput({ ...fieldOf(view, 'new-options'), attributes: SUMMED, isRequired: true })}
${byHandFields(view, 'test')}
</div>
<div class="fields" role="group" aria-label="Base">
${branchField(view, 'base')}
${signatureField(view, 'base')}
${textInput({ ...fieldOf(view, 'base-options'), attributes: SUMMED, isRequired: true })}
${byHandFields(view, 'base')}
</div>
</div>
${textArea({ ...fieldOf(view, 'run-info'), hint: infoHint(view) }, 4)}
</div>
</section>`;
}

function branchField(view: TestFormView, side: Side): Html {
  const name = `${side}-branch` as const;
  const options: FieldOptions = { ...fieldOf(view, name), isRequired: true };
  if (view.origin !== undefined) return textInput({ ...options, isReadOnly: true });
  const isFirst = side === 'test' && view.problems.size === 0;
  if (view.byHand === 'yes') return textInput({ ...options, hasFocus: isFirst, hint: 'A name for it.' });
  return textInput({
    ...options,
    hasFocus: isFirst,
    hint: 'A branch, a tag or a commit.',
    attributes: html` hx-get="/tests/run/check" hx-trigger="load, input changed delay:400ms, change, repository-changed" hx-target="#${name}-live" hx-include="#tests-repo${side === 'test' ? ', #base-branch' : NOTHING}" hx-sync="this:replace"`,
    live: html`<p class="live" id="${name}-live" role="status"></p>`,
  });
}

function signatureField(view: TestFormView, side: Side): Html {
  const name = `${side}-signature` as const;
  const isFixed = view.origin !== undefined;
  const isTaken = side === 'test' && view.byHand !== 'yes' && !isFixed;
  return textInput({
    ...fieldOf(view, name),
    inputMode: 'numeric',
    isReadOnly: isFixed,
    isRequired: !isTaken,
    hint: isTaken ? 'Empty: taken from the commit.' : signatureHint(view, side),
  });
}

function signatureHint({ master, origin }: TestFormView, side: Side): Html | string | undefined {
  if (side !== 'base' || origin !== undefined || master === undefined) return undefined;
  return html`Master has ${master.bench}.`;
}

function infoHint({ byHand, origin }: TestFormView): string | undefined {
  return byHand === 'yes' || origin !== undefined ? undefined : 'Empty: the message of the commit.';
}

/** Where GitHub is not asked, or may not answer. */
function byHandFields(view: TestFormView, side: Side): Html | '' {
  if (view.byHand === 'no' || view.origin !== undefined) return NOTHING;
  const commit = { ...fieldOf(view, `${side}-commit`), hint: '40 hex digits.', maxLength: 40 };
  const nets = { ...fieldOf(view, `${side}-nets`), hint: 'nn-0123456789ab.nnue, separated by blanks.' };
  const fields = html`${textInput(commit)}${textInput(nets)}`;
  if (view.byHand === 'yes') return fields;
  const isOpen = [`${side}-commit`, `${side}-nets`].some(
    (name) => view.problems.has(name as `${Side}-commit`) || view.form.texts[name as `${Side}-commit`] !== '',
  );
  return html`<details${isOpen ? html` open` : NOTHING}><summary>If GitHub does not answer</summary><div class="fields">${fields}</div></details>`;
}
