/** Stamps: a short text in a page and in the news of its topic, by which the page knows that its own part is old. */
import { createHash } from 'node:crypto';
import { type Html, html } from '../html.js';

const LENGTH = 12;

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, LENGTH);
}

/** Stands inside of the part that a page asks for, so that it comes anew with it. @param stamp as the topic gives it */
export function stampTag(topic: string, stamp: string): Html {
  return html`<data hidden id="stamp-${topic}" value="${digestOf(stamp)}"></data>`;
}
