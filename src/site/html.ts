/** Templates that escape what they are given, unless it is a template's own outcome. */
import { html, raw } from 'hono/html';

export { html };
export type Html = ReturnType<typeof html>;

/** Nothing, where a template may have a part. */
export const NOTHING = '';

/**
 * For a part that goes into many pages. A template's outcome is joined of hundreds of small strings, and to put a page together
 * walks over all of them again each time; a copy through bytes is one string.
 */
export function inOnePiece(part: Html): Html {
  return raw(Buffer.from(String(part)).toString());
}
