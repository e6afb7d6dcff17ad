/** Links to the files of a page, and a button that copies one of them as text. */
import { type Html, html } from '../html.js';

export interface FileLink {
  readonly title: string;
  readonly url: string;
}

/** @param copy the text that the button copies, and what the button says; without scripts there is none */
export function filesBar(files: readonly FileLink[], copy: FileLink): Html {
  return html`<p class="files"><button type="button" class="scripted-only" data-copy="${copy.url}">${copy.title}</button><span class="note" role="status"></span>${files.map(({ title, url }) => html`<a class="button plain" href="${url}">${title}</a>`)}</p>`;
}

/** Header of a file that a browser saves under this name, and shows unless it is to be saved. */
export function fileName(name: string, how: 'inline' | 'attachment' = 'inline'): readonly [string, string] {
  return ['Content-Disposition', `${how}; filename="${name}"`];
}
