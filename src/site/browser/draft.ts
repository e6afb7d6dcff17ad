/**
 * What is typed into the new-test form is kept in the tab until it is sent: a session may end meanwhile, or a page be left by
 * mistake. It is offered when the form is opened again.
 */

const KEY = 'shoal-new-test';
/** Not a part of what was typed. */
const OWN = new Set(['csrf_token', 'nonce', 'rescheduled_from']);

export type Draft = readonly (readonly [string, string])[];

export function fieldsOf(form: HTMLFormElement): Draft {
  return [...new FormData(form)]
    .filter(([name, value]) => !OWN.has(name) && typeof value === 'string')
    .map(([name, value]) => [name, String(value)]);
}

/** The form was sent, and its test is shown. */
export function forgetDraft(): void {
  sessionStorage.removeItem(KEY);
}

function readDraft(): Draft | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

/** @param onRestored called when the fields were filled */
export function startDraft(form: HTMLFormElement, onRestored: () => void): void {
  const bar = document.getElementById('draft');
  const draft = readDraft();
  const isFresh = form.dataset['fresh'] === 'true' && form.dataset['again'] === 'false';
  const keep = () => sessionStorage.setItem(KEY, JSON.stringify(fieldsOf(form)));
  form.addEventListener('input', keep);
  form.addEventListener('submit', keep);
  if (!isFresh || bar === null || draft === undefined) return;
  if (JSON.stringify(draft) === JSON.stringify(fieldsOf(form))) return;
  bar.hidden = false;
  document.getElementById('draft-restore')?.addEventListener('click', () => {
    fillFields(form, draft);
    bar.hidden = true;
    onRestored();
  });
  document.getElementById('draft-drop')?.addEventListener('click', () => {
    forgetDraft();
    bar.hidden = true;
  });
  // Typing anew takes the draft's place.
  form.addEventListener('input', () => {
    bar.hidden = true;
  });
}

function fillFields(form: HTMLFormElement, draft: Draft): void {
  const values = new Map(draft);
  for (const element of form.elements) {
    if (element instanceof HTMLInputElement && (element.type === 'checkbox' || element.type === 'radio')) {
      element.checked =
        element.type === 'checkbox' ? values.has(element.name) : values.get(element.name) === element.value;
    } else if (isTextField(element)) {
      const value = values.get(element.name);
      if (value !== undefined && !OWN.has(element.name)) element.value = value;
    }
  }
}

function isTextField(
  element: Element,
): element is HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement {
  return (
    element instanceof HTMLInputElement ||
    element instanceof HTMLTextAreaElement ||
    element instanceof HTMLSelectElement
  );
}
