/** Links to the files of a page, and a button that copies one of them as text. */
import { type Html, html, NOTHING } from '../html.js';

export interface FileLink {
  readonly title: string;
  readonly url: string;
}

/** @param copy the address of the text that the button copies; without scripts there is none */
export function filesBar(files: readonly FileLink[], copy?: string): Html {
  return html`<p class="files">${
    copy === undefined
      ? NOTHING
      : html`<button type="button" class="scripted-only" data-copy="${copy}">Copy as text</button><span class="note" role="status"></span>`
  }${files.map(({ title, url }) => html`<a class="button plain" href="${url}">${title}</a>`)}</p>`;
}

/** Header of a file that a browser saves under this name, and shows unless it is to be saved. */
export function fileName(name: string, how: 'inline' | 'attachment' = 'inline'): readonly [string, string] {
  return ['Content-Disposition', `${how}; filename="${name}"`];
}
