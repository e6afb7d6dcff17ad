/**
 * Characters that turn the direction of a text make what follows read as something else. Templates escape markup; this is the same
 * for direction, once for a whole page, whoever wrote what is on it.
 */

/** Embeddings, overrides and isolates. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/;
const ALL_TURNS = new RegExp(TURNS, 'g');
/** What a field holds is sent back as it was. */
const FIELDS = /(<textarea[^>]*>[^<]*<\/textarea>|\svalue="[^"]*")/;

/** The page with a box in the place of each, but for what fields hold. */
export function inReadingOrder(page: string): string {
  if (!TURNS.test(page)) return page;
  return page
    .split(FIELDS)
    .map((part, i) => (i % 2 === 1 ? part : part.replaceAll(ALL_TURNS, '\u25a1')))
    .join('');
}
