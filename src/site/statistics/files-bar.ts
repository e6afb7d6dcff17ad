/** Links to the files of a page, and a button that copies one of them as text. */
import { type Html, html } from '../html.js';
import type { Outcome } from '../visit.js';

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

const FILE_TYPES = {
  json: 'application/json',
  csv: 'text/plain; charset=utf-8',
  text: 'text/plain; charset=utf-8',
} as const;

/** 404 as a program reads it that asked for a file. */
export function missingFile(format: keyof typeof FILE_TYPES, text: string): Outcome {
  const body = format === 'json' ? `${JSON.stringify({ error: text })}\n` : `${text}\n`;
  return { kind: 'fragment', status: 404, body, contentType: FILE_TYPES[format] };
}
