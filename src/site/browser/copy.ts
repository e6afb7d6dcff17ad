/** Buttons that copy a text: a field's of the page, or one of this server, asked for at the press, so that it is what the page would say now. */

const STATUS_MS = 4_000;

document.addEventListener('click', (event) => {
  const button =
    event.target instanceof Element
      ? event.target.closest<HTMLElement>('[data-copy], [data-copy-from]')
      : null;
  if (button !== null) void copy(button, textOf(button));
});

function fieldOf({ dataset }: HTMLElement): HTMLTextAreaElement | undefined {
  const field = document.getElementById(dataset['copyFrom'] ?? '');
  return field instanceof HTMLTextAreaElement ? field : undefined;
}

async function textOf(button: HTMLElement): Promise<string> {
  return fieldOf(button)?.value ?? (await fetchText(button.dataset['copy'] ?? ''));
}

async function copy(button: HTMLElement, text: Promise<string>): Promise<void> {
  let said = 'Copied';
  try {
    await writeText(text);
  } catch {
    const field = fieldOf(button);
    field?.select();
    said = `The browser does not let this page copy: ${field === undefined ? 'open the text instead' : 'the text is selected'}.`;
  }
  const status = button.parentElement?.querySelector('[role="status"]');
  if (!status) return;
  status.textContent = said;
  setTimeout(() => {
    if (status.textContent === said) status.textContent = '';
  }, STATUS_MS);
}

async function fetchText(address: string): Promise<string> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} is answered with ${answer.status}`);
  return await answer.text();
}

/** Over plain http there is no clipboard: a selected field is the old way. */
async function writeText(text: Promise<string>): Promise<void> {
  if (isSecureContext && 'clipboard' in navigator) {
    // The promise itself is given: a browser may refuse what comes long after the press.
    const blob = text.then((content) => new Blob([content], { type: 'text/plain' }));
    await navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })]);
    return;
  }
  const field = document.createElement('textarea');
  field.value = await text;
  field.className = 'hidden';
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  const isDone = document.execCommand('copy');
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  if (!isDone) throw new Error('the browser refuses');
}
