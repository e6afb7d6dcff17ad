/** The words by which an action is found: those of all its texts, in the order of MongoDB's index (docs/spec/data-model.md §10). */
import type { ActionDocument } from '../model/documents.js';
import { TEXT_BOUNDARY, wordsOf } from '../rules/search-text.js';

export const SEARCHED_MEMBERS = ['action', 'username', 'worker', 'message', 'run', 'user', 'nn'] as const;

/** A word that stands for the end of a text, so that no phrase goes beyond it. */
export function actionWords(action: ActionDocument): string[] {
  return SEARCHED_MEMBERS.flatMap((name) => {
    const text = action[name];
    return typeof text === 'string' ? [...wordsOf(text), TEXT_BOUNDARY] : [];
  });
}
