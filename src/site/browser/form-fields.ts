/** The fields of a form by name, and which of them a person has changed by hand. */

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

export class FormFields {
  readonly #form: HTMLFormElement;
  readonly #touched = new Set<string>();

  constructor(form: HTMLFormElement) {
    this.#form = form;
    form.addEventListener('input', (event) => {
      const { name } = event.target as Field;
      if (event.isTrusted && name !== '') this.#touched.add(name);
    });
    form.addEventListener('change', () => this.showState());
  }

  /** A text field, a select or a box; none of radio buttons, which are several. */
  input(name: string): Field | undefined {
    const found = this.#form.elements.namedItem(name);
    return found instanceof HTMLInputElement ||
      found instanceof HTMLTextAreaElement ||
      found instanceof HTMLSelectElement
      ? found
      : undefined;
  }

  /** Also of radio buttons. */
  value(name: string): string {
    const found = this.#form.elements.namedItem(name);
    if (found instanceof RadioNodeList) return found.value;
    return this.input(name)?.value ?? '';
  }

  isTicked(name: string): boolean {
    const input = this.input(name);
    return input instanceof HTMLInputElement && input.checked;
  }

  set(name: string, value: string): void {
    const found = this.#form.elements.namedItem(name);
    if (found instanceof RadioNodeList) found.value = value;
    else {
      const input = this.input(name);
      if (input !== undefined && input.value !== value) input.value = value;
    }
  }

  tick(name: string, isTicked: boolean): void {
    const input = this.input(name);
    if (input instanceof HTMLInputElement) input.checked = isTicked;
  }

  setReadOnly(name: string, isReadOnly: boolean): void {
    const input = this.input(name);
    if (input instanceof HTMLInputElement) input.readOnly = isReadOnly;
  }

  isTouched(name: string): boolean {
    return this.#touched.has(name);
  }

  forgetTouched(): void {
    this.#touched.clear();
  }

  /** What depends on a value that style sheets cannot see. */
  showState(): void {
    this.#form.classList.toggle('pgn-book', this.value('book').endsWith('.pgn'));
    this.#form.classList.toggle('custom-bounds', this.value('bounds') === 'custom');
  }
}
