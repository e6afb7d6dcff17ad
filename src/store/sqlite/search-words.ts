/** What the triggers of schema version 5 index: words, divided by the same rules as those of a search. */
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { ActionDocument } from '../../model/documents.js';
import { type TextSearch, wordsOf } from '../../rules/search-text.js';
import { actionWords } from '../action-words.js';
import { fromJson } from './json-text.js';

/** Call for each connection that writes. */
export function registerSearchWords(db: DatabaseSyncInstance): void {
  const options = { deterministic: true } as const;
  db.function('shoal_words', options, (text: unknown) =>
    typeof text === 'string' ? wordsOf(text).join(' ') : '',
  );
  db.function('shoal_action_words', options, (doc: unknown) =>
    typeof doc === 'string' ? actionWords(fromJson(doc) as ActionDocument).join(' ') : '',
  );
}

/** A search in the language of FTS5. Words hold no quotation marks. */
export function matchOf({ any, phrases, excluded }: TextSearch): string {
  const wanted =
    phrases.length > 0 ? phrases.map(quoted).join(' AND ') : any.map((word) => quoted([word])).join(' OR ');
  return excluded.length === 0 ? wanted : `(${wanted}) NOT (${excluded.map(quoted).join(' OR ')})`;
}

function quoted(words: readonly string[]): string {
  return `"${words.join(' ')}"`;
}
