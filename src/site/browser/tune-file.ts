/** Lines of a tune's parameters from a file of the visitor's, put into their field: the server gets what the form sends. */
import type { FormFields } from './form-fields.js';

/** A form has room for a little more. */
const LARGEST = 200 * 1024;
const FIELD = 'spsa_raw_params';

export function startTuneFile(form: HTMLFormElement, fields: FormFields): void {
  const input = document.getElementById('spsa-file');
  if (!(input instanceof HTMLInputElement)) return;
  input.addEventListener('change', () => void take(form, fields, input));
}

async function take(form: HTMLFormElement, fields: FormFields, input: HTMLInputElement): Promise<void> {
  const file = input.files?.[0];
  const live = document.getElementById('spsa-file-live');
  if (file === undefined || live === null) return;
  const problem = file.size > LARGEST ? `${file.name} is larger than ${LARGEST / 1024} KB.` : undefined;
  const text = problem === undefined ? await read(file) : undefined;
  live.textContent =
    problem ?? (text === undefined ? `${file.name} cannot be read as text.` : told(file, text));
  // The same file may be chosen again, when it has changed.
  input.value = '';
  if (text === undefined) return;
  fields.set(FIELD, text);
  fields.input(FIELD)?.dispatchEvent(new Event('input', { bubbles: true }));
  form.dispatchEvent(new Event('change', { bubbles: true }));
}

/** Undefined for what is no text in UTF-8. */
async function read(file: File): Promise<string | undefined> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
    return text.includes('\0') ? undefined : text.replaceAll(/\r\n?/g, '\n').trim();
  } catch {
    return undefined;
  }
}

function told({ name }: File, text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '').length;
  return `${lines} ${lines === 1 ? 'line' : 'lines'} from ${name}`;
}
