/** Entries of the action log as they may be written (docs/spec/data-model.md §5). */

import type { ActionDocument } from '../model/documents.js';
import { LONGEST_MESSAGE, SYSTEM_USERNAME } from './action-schema.js';
import { checkAction } from './check-document.js';

/** The action, or, when it breaks the schema of its kind, a log message that describes it. */
export function validAction(action: ActionDocument): ActionDocument {
  const problem = checkAction(action);
  if (problem === undefined) return action;
  const message = cutMessage(`An action does not validate: ${problem}: ${JSON.stringify(action)}`);
  return { _id: action._id, time: action.time, action: 'log_message', username: SYSTEM_USERNAME, message };
}

/** Lengths count code points, and a surrogate pair is never cut in two. */
export function cutMessage(message: string): string {
  if (message.length <= LONGEST_MESSAGE) return message;
  const points = [...message];
  return points.length <= LONGEST_MESSAGE ? message : points.slice(0, LONGEST_MESSAGE).join('');
}
