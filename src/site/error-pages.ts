/** Pages of what cannot be answered: a number, what it means, a way on. */
import { html } from './html.js';
import type { Outcome, PageOutcome } from './visit.js';

function page(
  status: number,
  title: string,
  text: string,
  headers: PageOutcome['headers'] = [],
): PageOutcome {
  const body = html`<section class="card plain error-page">
<p class="number" aria-hidden="true">${status}</p>
<h1>${title}</h1>
<p>${text}</p>
<p><a class="button" href="/tests">To the tests</a></p>
</section>`;
  return { kind: 'page', status, title, body, headers };
}

export function missingPage(text: string): PageOutcome {
  return page(404, 'Not found', text);
}

export const errorPage = {
  unknownPath: () => missingPage('There is no page at this address.'),
  badForm: (text: string) => page(400, 'The form cannot be read', `Nothing was changed: ${text}.`),
  tooMany: (seconds: number) =>
    page(429, 'Too many attempts', `Please wait ${waitText(seconds)} and try again. Nothing was changed.`, [
      ['Retry-After', String(seconds)],
    ]),
  method: (method: string) => `${method} is not for this page.\n`,
  failed: (reference: string) =>
    `The server failed. Nothing is known to be wrong with what you sent; tell the operator this reference: ${reference}.\n`,
  notSaved: () =>
    'The server cannot reach its store at the moment. What you sent is kept and will be saved when it can; look again in a minute.\n',
} as const;

/** What only a primary does was asked of a secondary. */
export const NOT_HERE: Outcome = page(
  503,
  'Not on this server',
  'This server only shows pages: what you asked for is done by the primary. Nothing was changed.',
  [['Cache-Control', 'no-store']],
);

function waitText(seconds: number): string {
  if (seconds < 90) return `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
