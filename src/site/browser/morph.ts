/**
 * Puts new HTML into a part of the page so that what is equal stays: the focus, a selection, open menus, what was typed. htmx
 * has the algorithm; forms in which somebody has begun to type are left alone, and so is what is marked `hx-morph-skip`.
 */
import { showLocalTimes } from './times.js';

interface HtmxInternals {
  morph(element: Element, fragment: DocumentFragment, isInner: boolean): void;
}
interface Htmx {
  registerExtension(name: string, extension: { init(internals: HtmxInternals): void }): void;
  process(element: Element): void;
}

let internals: HtmxInternals | undefined;

/** Loaded behind this script. */
function htmx(): Htmx {
  return (globalThis as unknown as { htmx: Htmx }).htmx;
}

/** @param inside HTML of what the element is to hold; its own attributes stay */
export function morphInside(element: Element, inside: string): void {
  if (internals === undefined) {
    htmx().registerExtension('shoal-morph', {
      init: (given) => {
        internals = given;
      },
    });
  }
  const template = document.createElement('template');
  template.innerHTML = inside;
  // Before the comparison: a time that is shown as before is equal then.
  showLocalTimes(template.content);
  internals?.morph(element, template.content, true);
  htmx().process(element);
}

/** What came by a request is made equal in the same way before it takes the place of what is there. */
export function startMorph(): void {
  document.addEventListener('htmx:before:swap', (event) => {
    const { tasks } = (event as CustomEvent<{ tasks?: { fragment?: DocumentFragment }[] }>).detail;
    for (const { fragment } of tasks ?? []) if (fragment !== undefined) showLocalTimes(fragment);
  });
  document.addEventListener('input', (event) => {
    const field = event.target as HTMLInputElement;
    const { form } = field;
    if (form?.method !== 'post') return;
    // A field may stand outside of its form, as in the row of a table.
    (form.contains(field) ? form : field).setAttribute('hx-morph-skip', '');
  });
}
